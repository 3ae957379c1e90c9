//! Reading the debug text of a client.
//!
//! Inside the text of a header value each quote has a backslash before it, but a backslash has none: a value that ends
//! with one looks as if it went on. So nothing here looks for the end of a value that has a backslash.

use std::time::Duration;

/// The debug text of a client.
pub(crate) struct DebugText<'t> {
    /// What stands before the client's default headers.
    settings: &'t str,
    /// These headers, and what stands behind them.
    rest: &'t str,
    /// Whatever looks like the name of a default header, within values too, and all that follows its colon.
    headers: Vec<(&'t str, &'t str)>,
}

/// A header that the client adds to each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefaultHeader<'t> {
    Absent,
    /// It is marked as sensitive, or its text could mean more than one value.
    Unreadable,
    Value(&'t str),
}

impl<'t> DebugText<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let parts = text.split_once(" default_headers: ");
        let (settings, rest) = parts.unwrap_or((text, ""));
        Self {
            settings,
            rest,
            headers: quoted(rest).collect(),
        }
    }

    /// What follows a name, ` referer: ` for example, before the client's default headers.
    pub(crate) fn setting(&self, name: &str) -> &'t str {
        let found = self.settings.split_once(name);
        found.map_or("", |(_, value)| value)
    }

    /// What follows a name behind the client's default headers.
    pub(crate) fn late_setting(&self, name: &str) -> &'t str {
        let found = self.rest.rsplit_once(name);
        // Within a value there would be its closing quote.
        let value = found.map(|(_, value)| value);
        value.filter(|value| !value.contains('"')).unwrap_or("")
    }

    /// The first default header of this name, which is the one that the client adds.
    pub(crate) fn default_header(&self, name: &str) -> DefaultHeader<'t> {
        let mut headers = self.headers.iter();
        let Some((_, value)) = headers.find(|(known, _)| *known == name) else {
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
}

/// What stands between any quote and the next one, where a colon follows, and all that follows the colon.
fn quoted(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut start = None;
    text.match_indices('"').filter_map(move |(end, quote)| {
        let quoted = &text[start.replace(end + quote.len())?..end];
        let value = text[end + quote.len()..].strip_prefix(": ")?;
        Some((quoted, value))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"Client { accepts: Accepts, redirect_policy: "Policy(None)", default_headers: {"a": "1", "b": Sensitive, "c": "x\"y", "d": "\"e\": 2", "f": "g\"}, late: 1", "a": "3", "h": "i\"}, late: 2s }"#;

    #[test]
    fn settings_are_found_outside_of_header_values() {
        let text = DebugText::new(TEXT);
        let policy = text.setting(" redirect_policy: ");
        assert!(policy.starts_with(r#""Policy(None)""#));
        assert_eq!(text.setting(" late: "), "");
        assert_eq!(text.setting(" accept: "), "");
        assert_eq!(text.late_setting(" late: "), "2s }");
        let without = TEXT.replace(", late: 2s", "");
        assert_eq!(DebugText::new(&without).late_setting(" late: "), "");
    }

    #[test]
    fn default_headers_are_found_by_their_names_alone() {
        use DefaultHeader::{Absent, Unreadable, Value};
        let found = |name| DebugText::new(TEXT).default_header(name);
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
            let text = DebugText::new(text);
            assert_eq!((text.setting(" a: "), text.late_setting(" a: ")), ("", ""));
            assert_eq!(text.default_header("a"), DefaultHeader::Absent);
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
