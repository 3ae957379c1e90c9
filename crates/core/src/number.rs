//! Numbers in baggage members: JSON numbers in a range, or absent (rule R5).

use core::fmt::Write;

use crate::baggage::Member;
use crate::text::FixedText;

/// No number in [0, 1] is longer in its shortest form: `0.`, 323 zeros and 17 digits. Longer texts are not numbers.
const MAX_TEXT: usize = 342;

/// The member's value as a finite JSON number (RFC 8259, section 6).
pub(crate) fn parse(member: Member<'_>) -> Option<f64> {
    fraction(member.raw_bytes()).or_else(|| any_number(member))
}

/// The form that senders write, `0.123456`, as long as both sides of the division are exact.
fn fraction(text: &[u8]) -> Option<f64> {
    const MAX_DIGITS: usize = 15;
    const POWERS: [f64; MAX_DIGITS] = [
        1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let digits = text.strip_prefix(b"0.")?;
    let power = POWERS.get(digits.len().checked_sub(1)?)?;
    let mut number = 0_u64;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        number = number * 10 + u64::from(value);
    }
    Some(number as f64 / power)
}

/// As many millionths as make one.
pub(crate) const MILLION: u32 = 1_000_000;

/// The number that is so many millionths.
pub(crate) fn of_millionths(millionths: u32) -> f64 {
    f64::from(millionths) / f64::from(MILLION)
}

/// Millionths, where a number in [0, 1] is exactly so many.
pub(crate) fn millionths(number: f64) -> Option<u32> {
    let nearest = (number * f64::from(MILLION) + 0.5) as u32;
    let is_exact = nearest <= MILLION && of_millionths(nearest) == number;
    is_exact.then_some(nearest)
}

/// At most a million millionths as a number with exactly six decimals.
pub(crate) fn six_decimals(millionths: u32) -> FixedText<8> {
    let mut digits = *b"0.000000";
    let mut rest = millionths;
    for digit in digits[2..].iter_mut().rev() {
        *digit += (rest % 10) as u8;
        rest /= 10;
    }
    digits[0] += rest as u8;
    let mut text = FixedText::new();
    text.push(&digits);
    text
}

#[cold]
fn any_number(member: Member<'_>) -> Option<f64> {
    let mut text = FixedText::<MAX_TEXT>::new();
    if member.raw_bytes().len() > 3 * MAX_TEXT {
        return None;
    }
    let mut length = 0;
    for c in member.decoded() {
        text.write_char(c).ok()?;
        length += c.len_utf8();
    }
    if length > MAX_TEXT || !is_json_number(text.as_bytes()) {
        return None;
    }
    text.as_str()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

fn is_json_number(text: &[u8]) -> bool {
    let rest = text.strip_prefix(b"-").unwrap_or(text);
    let (integer, rest) = digits(rest);
    if integer == 0 || (integer > 1 && text_starts_with_zero(text)) {
        return false;
    }
    let rest = match rest {
        [b'.', fraction @ ..] => match digits(fraction) {
            (0, _) => return false,
            (_, rest) => rest,
        },
        rest => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            matches!(digits(exponent), (1.., []))
        }
        _ => false,
    }
}

fn text_starts_with_zero(text: &[u8]) -> bool {
    matches!(text, [b'0', ..] | [b'-', b'0', ..])
}

/// How many digits `text` begins with, and what follows them.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, &text[count..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_millionths_are_known_and_nothing_else() {
        for number in 0..=MILLION {
            assert_eq!(millionths(of_millionths(number)), Some(number));
        }
        for other in [
            0.123_456_7,
            0.3_f64.next_up(),
            1e-7,
            f64::from_bits(1),
            0.999_999_9,
            1.000_001,
            2.0,
            -1.0,
            f64::NAN,
        ] {
            assert_eq!(millionths(other), None, "{other}");
        }
    }

    #[test]
    fn millionths_have_six_decimals() {
        for number in (0..=1_000_000).step_by(997).chain([7, 999_999, 1_000_000]) {
            let expected = std::format!("{:.6}", f64::from(number) / 1e6);
            assert_eq!(*six_decimals(number), expected);
        }
    }

    #[test]
    fn a_fraction_is_what_the_standard_library_reads() {
        for text in [
            "0.1",
            "0.3",
            "0.7",
            "0.000001",
            "0.999999",
            "0.123456",
            "0.0",
            "0.5000",
            "0.999999999999999",
            "0.123456789012345",
            "0.000000000000001",
        ] {
            assert_eq!(fraction(text.as_bytes()), text.parse().ok(), "{text}");
        }
        for text in [
            "",
            "0",
            "0.",
            "1.5",
            ".5",
            "0.1234567890123456",
            "0.1e1",
            "0.+1",
            "0.1 ",
        ] {
            assert_eq!(fraction(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn json_numbers_and_nothing_else() {
        for good in ["0", "-0", "10", "0.5", "1e3", "1E-3", "1.5e+2"] {
            assert!(is_json_number(good.as_bytes()), "{good}");
        }
        for bad in [
            "", "-", "00", "01", ".5", "5.", "+1", "1e", "1e+", "0x1", "inf", "NaN", "1 ", "1,5",
        ] {
            assert!(!is_json_number(bad.as_bytes()), "{bad}");
        }
    }
}
