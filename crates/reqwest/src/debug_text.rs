//! Taking the debug text of a struct or a map apart.

use std::time::Duration;

/// The fields of `Name { a: 1, b: {…} }` or `{"a": 1}`, with the texts of their values.
pub(crate) fn fields(text: &str) -> Vec<(&str, &str)> {
    let inner = text
        .find('{')
        .and_then(|start| text.get(start + 1..text.rfind('}')?))
        .unwrap_or_default();
    let parts = split(inner).into_iter();
    parts.filter_map(|part| part.split_once(": ")).collect()
}

/// The length of time that a debug text names, `1.5s` for example.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let scale = match unit {
        "s" => 1.0,
        "ms" => 1e-3,
        "µs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * scale).ok()
}

/// Splits at the commas that stand in no quotes and no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_and_values_stay_whole() {
        let text = r#"Client { accepts: Accepts, policy: "a, b: c", map: {"x": "\", referer: true"}, referer: true }"#;
        assert_eq!(
            fields(text),
            [
                ("accepts", "Accepts"),
                ("policy", r#""a, b: c""#),
                ("map", r#"{"x": "\", referer: true"}"#),
                ("referer", "true"),
            ]
        );
        assert_eq!(
            fields(r#"{"x": "1", "y": Sensitive}"#),
            [(r#""x""#, r#""1""#), (r#""y""#, "Sensitive")]
        );
    }

    #[test]
    fn other_texts_have_no_fields() {
        for text in ["", "Client", "}{", "Client {", "{}", "{ä"] {
            assert_eq!(fields(text), [], "{text}");
        }
    }

    #[test]
    fn durations_are_read_as_they_are_shown() {
        for millis in [0, 1, 1500, 30_000, 3_600_000] {
            let time = Duration::from_millis(millis);
            assert_eq!(duration(&format!("{time:?}")), Some(time));
        }
        let time = Duration::from_micros(12);
        assert_eq!(duration(&format!("{time:?}")), Some(time));
        assert_eq!(duration("soon"), None);
        assert_eq!(duration(""), None);
    }
}
