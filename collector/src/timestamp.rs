//! Points in time as envelopes write them: seconds since 1970 as a number, or RFC 3339 text.

use serde_json::Value;

/// The furthest time from 1970 that browsers have a date for. Far beyond it, milliseconds and differences of times would no
/// longer be finite either, and JSON has no number for those.
const FURTHEST: f64 = 8.64e12;

/// Seconds since 1970 of a JSON number or an RFC 3339 string; `None` for anything else.
pub(crate) fn seconds(value: &Value) -> Option<f64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => rfc3339(text),
        _ => None,
    };
    seconds.filter(|seconds| seconds.abs() <= FURTHEST)
}

/// RFC 3339, section 5.6. A date-time without an offset counts as UTC: several SDKs write it so.
fn rfc3339(text: &str) -> Option<f64> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let time = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = (time.get(..8)?, time.get(8..)?);
    let (fraction, offset) = split_fraction(rest)?;

    let [year, month, day] = fields(date, "-", [4, 2, 2])?;
    let [hour, minute, second] = fields(clock, ":", [2, 2, 2])?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let whole = days_since_epoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    in_range.then_some((whole - offset_seconds(offset)?) as f64 + fraction)
}

fn split_fraction(rest: &str) -> Option<(f64, &str)> {
    let Some(digits) = rest.strip_prefix('.') else {
        return Some((0.0, rest));
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    if end == 0 {
        return None;
    }
    Some((rest[..=end].parse().ok()?, &digits[end..]))
}

fn offset_seconds(offset: &str) -> Option<i64> {
    if matches!(offset, "" | "Z" | "z") {
        return Some(0);
    }
    let (sign, clock) = match offset.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let [hours, minutes] = fields(clock, ":", [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn fields<const N: usize>(text: &str, separator: &str, widths: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        let all_digits = part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = if all_digits {
            part.parse().ok()?
        } else {
            return None;
        };
    }
    parts.next().is_none().then_some(numbers)
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let leap_days_before = |year: i64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
    let years = (year - 1970) * 365 + leap_days_before(year) - leap_days_before(1970);
    let months: i64 = (1..month).map(|month| days_in_month(year, month)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_and_texts_name_the_same_second() {
        let expected = 1_700_000_000.5;
        for text in [
            "2023-11-14T22:13:20.5Z",
            "2023-11-14T22:13:20.500000",
            "2023-11-14t22:13:20.5z",
            "2023-11-14 23:13:20.5+01:00",
            "2023-11-14T16:43:20.5-05:30",
        ] {
            assert_eq!(seconds(&json!(text)), Some(expected), "{text}");
        }
        assert_eq!(seconds(&json!(expected)), Some(expected));
        assert_eq!(seconds(&json!("1970-01-01T00:00:00Z")), Some(0.0));
        assert_eq!(seconds(&json!("2000-02-29T00:00:00Z")), Some(951_782_400.0));
        assert_eq!(
            seconds(&json!("2024-03-01T00:00:00Z")),
            Some(1_709_251_200.0)
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "2023-11-14",
            "2023-13-14T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "2023-11-14T24:13:20Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20+1",
            "2023-11-14T22:13:20Zx",
            "2023-1１-14T22:13:20Z",
            "+023-11-14T22:13:20Z",
        ] {
            assert_eq!(seconds(&json!(text)), None, "{text}");
        }
        for number in [1e306, -1e306, 8.65e12] {
            assert_eq!(seconds(&json!(number)), None, "{number}");
        }
        assert_eq!(seconds(&json!(8.64e12)), Some(8.64e12));
        assert_eq!(seconds(&json!(null)), None);
        assert_eq!(seconds(&json!([1])), None);
    }
}
