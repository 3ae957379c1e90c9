//! The `Server-Timing` header, which a page's script can read.

use core::fmt::{self, Write};

use super::list::members;
use super::pair::to_send;

/// The `Server-Timing` value that carries the trace, after the entries of `existing` (rule R11).
///
/// An `existing` that has a `sentry-trace` entry already is left alone, an empty baggage left out. The values are
/// written as they are, quoted: what cannot stand in a header value has to be left out before.
#[must_use]
pub fn server_timing<'a>(
    existing: Option<&'a str>,
    sentry_trace: &'a str,
    baggage: Option<&'a str>,
) -> ServerTiming<'a> {
    ServerTiming {
        existing: existing.unwrap_or(""),
        sentry_trace,
        baggage,
    }
}

/// What [`server_timing`] gives; its `Display` is the header value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerTiming<'a> {
    existing: &'a str,
    sentry_trace: &'a str,
    baggage: Option<&'a str>,
}

impl fmt::Display for ServerTiming<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.existing)?;
        let Some((sentry_trace, baggage)) = to_send(Some(self.sentry_trace), self.baggage) else {
            return Ok(());
        };
        if has_sentry_trace_entry(self.existing.as_bytes()) {
            return Ok(());
        }
        if !self.existing.trim_ascii().is_empty() {
            f.write_str(", ")?;
        }
        write_entry(f, "sentry-trace", sentry_trace)?;
        let Some(baggage) = baggage else {
            return Ok(());
        };
        f.write_str(", ")?;
        write_entry(f, "baggage", baggage)
    }
}

/// Whether a line of `Server-Timing` has an entry named `sentry-trace`, in any case.
#[must_use]
pub fn has_sentry_trace_entry(line: &[u8]) -> bool {
    members(line).any(|entry| {
        let is_name_end = |b: &u8| matches!(b, b';' | b'=') || b.is_ascii_whitespace();
        let name = entry.split(is_name_end).next();
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"sentry-trace"))
    })
}

fn write_entry(f: &mut fmt::Formatter<'_>, name: &str, description: &str) -> fmt::Result {
    write!(f, "{name};desc=\"")?;
    for c in description.chars() {
        if matches!(c, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(c)?;
    }
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_known_by_its_name() {
        for line in [
            "sentry-trace",
            "a, SENTRY-Trace;desc=x",
            "a;desc=\"b,c\" ,sentry-trace ;desc=x",
            "sentry-trace=1",
        ] {
            assert!(has_sentry_trace_entry(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            "a",
            "x-sentry-trace",
            "sentry-trace2",
            "a;desc=\"b, sentry-trace;desc=c\"",
            "a;sentry-trace",
        ] {
            assert!(!has_sentry_trace_entry(line.as_bytes()), "{line}");
        }
    }
}

#[cfg(all(test, feature = "alloc"))]
mod value_tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn entries_are_appended_once() {
        let value = |existing| server_timing(existing, "t", Some("a=\"\\")).to_string();
        let ours = r#"sentry-trace;desc="t", baggage;desc="a=\"\\""#;
        assert_eq!(value(None), ours);
        assert_eq!(value(Some("db")), ["db, ", ours].concat());
        assert_eq!(value(Some(ours)), ours);
        assert_eq!(
            server_timing(None, "t", Some("")).to_string(),
            r#"sentry-trace;desc="t""#
        );
        assert_eq!(server_timing(Some("db"), "", Some("a=b")).to_string(), "db");
    }
}
