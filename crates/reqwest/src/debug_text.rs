//! Reading the debug text of a client.
//!
//! Inside the text of a header value each quote has a backslash before it, but a backslash has none: a value that ends
//! with one looks as if it went on. So nothing here looks for the end of a value that has a backslash.

use std::time::Duration;

/// What follows `name: ` before the client's default headers.
pub(crate) fn setting<'t>(text: &'t str, name: &str) -> &'t str {
    let (settings, _) = split(text);
    let at = settings.find(&format!(" {name}: "));
    at.map_or("", |at| &settings[at + name.len() + 3..])
}

/// What follows `name: ` behind the client's default headers.
pub(crate) fn late_setting<'t>(text: &'t str, name: &str) -> &'t str {
    let (_, rest) = split(text);
    let at = rest.rfind(&format!(" {name}: "));
    let found = at.map_or("", |at| &rest[at + name.len() + 3..]);
    // Within a value there would be its closing quote.
    if found.contains('"') { "" } else { found }
}

/// A header that the client adds to each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefaultHeader<'t> {
    Absent,
    /// It is marked as sensitive, or its text could mean more than one value.
    Unreadable,
    Value(&'t str),
}

/// The first default header of this name, which is the one that the client adds.
pub(crate) fn default_header<'t>(text: &'t str, name: &str) -> DefaultHeader<'t> {
    let (_, rest) = split(text);
    let Some((_, value)) = rest.split_once(&format!("\"{name}\": ")) else {
        return DefaultHeader::Absent;
    };
    let value = value
        .strip_prefix('"')
        .and_then(|text| text.split('"').next());
    match value {
        Some(value) if !value.contains('\\') => DefaultHeader::Value(value),
        _ => DefaultHeader::Unreadable,
    }
}

/// The length of time that a text begins with, `1.5s` for example.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let unit = unit.split([',', ' ']).next()?;
    let scale = match unit {
        "s" => 1.0,
        "ms" => 1e-3,
        "µs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    };
    Duration::try_from_secs_f64(number.parse::<f64>().ok()? * scale).ok()
}

/// The text before and from the client's default headers.
fn split(text: &str) -> (&str, &str) {
    text.split_once(" default_headers: ").unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"Client { accepts: Accepts, redirect_policy: "Policy(None)", default_headers: {"a": "1", "b": Sensitive, "c": "x\"y", "d": "\"e\": 2", "f": "g\"}, late: 1", "a": "3", "h": "i\"}, late: 2s }"#;

    #[test]
    fn settings_are_found_outside_of_header_values() {
        assert!(setting(TEXT, "redirect_policy").starts_with(r#""Policy(None)""#));
        assert_eq!(setting(TEXT, "late"), "");
        assert_eq!(setting(TEXT, "accept"), "");
        assert_eq!(late_setting(TEXT, "late"), "2s }");
        let without = TEXT.replace(", late: 2s", "");
        assert_eq!(late_setting(&without, "late"), "");
    }

    #[test]
    fn default_headers_are_found_by_their_names_alone() {
        use DefaultHeader::{Absent, Unreadable, Value};
        let found = |name| default_header(TEXT, name);
        assert_eq!(found("a"), Value("1"));
        assert_eq!(
            (found("b"), found("c"), found("h")),
            (Unreadable, Unreadable, Unreadable)
        );
        assert_eq!((found("e"), found("accepts")), (Absent, Absent));
    }

    #[test]
    fn other_texts_have_nothing() {
        for text in ["", "Client", "}{", "Client {", " default_headers: ", "ä"] {
            assert_eq!((setting(text, "a"), late_setting(text, "a")), ("", ""));
            assert_eq!(default_header(text, "a"), DefaultHeader::Absent);
        }
    }

    #[test]
    fn durations_are_read_as_they_are_shown() {
        for millis in [0, 1, 1500, 30_000, 3_600_000] {
            let time = Duration::from_millis(millis);
            assert_eq!(duration(&format!("{time:?} }}")), Some(time));
            assert_eq!(
                duration(&format!("{time:?}, read_timeout: 1s }}")),
                Some(time)
            );
        }
        let time = Duration::from_micros(12);
        assert_eq!(duration(&format!("{time:?}")), Some(time));
        assert_eq!(duration("soon"), None);
        assert_eq!(duration(""), None);
    }
}
