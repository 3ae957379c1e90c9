//! Props of a server-rendered page.

use core::fmt::{self, Write};

use super::pair::to_send;

const TRACE_KEY: &str = "_sentryTraceData";
const BAGGAGE_KEY: &str = "_sentryBaggage";

/// The JSON object `{"_sentryTraceData":"…","_sentryBaggage":"…"}` (rule R11).
///
/// A key is absent when there is nothing to send. `Display` writes JSON that may stand in a page: `<`, `>`, `&`, U+2028
/// and U+2029 are escaped. With feature `serde` the props are `Serialize`, and the serializer decides on the escapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Props<'a> {
    /// The value of the `sentry-trace` header.
    pub sentry_trace: Option<&'a str>,
    /// The value of the `baggage` header.
    pub baggage: Option<&'a str>,
}

impl fmt::Display for Props<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((sentry_trace, baggage)) = to_send(self.sentry_trace, self.baggage) else {
            return f.write_str("{}");
        };
        f.write_char('{')?;
        write_member(f, TRACE_KEY, sentry_trace)?;
        if let Some(baggage) = baggage {
            f.write_char(',')?;
            write_member(f, BAGGAGE_KEY, baggage)?;
        }
        f.write_char('}')
    }
}

fn write_member(f: &mut fmt::Formatter<'_>, key: &str, value: &str) -> fmt::Result {
    write!(f, "\"{key}\":\"")?;
    for c in value.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                write!(f, "\\u{:04x}", u32::from(c))?;
            }
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}

#[cfg(feature = "serde")]
impl serde::Serialize for Props<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

        let to_send = to_send(self.sentry_trace, self.baggage);
        let members = to_send.map_or(0, |(_, baggage)| 1 + usize::from(baggage.is_some()));
        let mut map = serializer.serialize_map(Some(members))?;
        if let Some((sentry_trace, baggage)) = to_send {
            map.serialize_entry(TRACE_KEY, sentry_trace)?;
            if let Some(baggage) = baggage {
                map.serialize_entry(BAGGAGE_KEY, baggage)?;
            }
        }
        map.end()
    }
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn nothing_in_the_values_ends_the_string_or_the_script() {
        let props = Props {
            sentry_trace: Some("\"\\\0\n"),
            baggage: Some("</a>&'\u{2028}\u{2029}\u{e4}"),
        };
        let trace = r#""_sentryTraceData":"\"\\\u0000\u000a""#;
        let baggage = r#""_sentryBaggage":"\u003c/a\u003e\u0026'\u2028\u2029ä""#;
        assert_eq!(props.to_string(), ["{", trace, ",", baggage, "}"].concat());
    }

    #[test]
    fn baggage_alone_belongs_to_no_trace() {
        assert_eq!(
            Props {
                sentry_trace: None,
                baggage: Some("a=b")
            }
            .to_string(),
            "{}"
        );
        assert_eq!(
            Props {
                sentry_trace: Some(""),
                baggage: Some("a=b")
            }
            .to_string(),
            "{}"
        );
    }
}
