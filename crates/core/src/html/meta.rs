//! Meta tags for the head of a page.

use core::fmt::{self, Write};

use super::pair::to_send;

/// `<meta name="sentry-trace" content="…"><meta name="baggage" content="…">`, escaped for HTML (rule R11).
///
/// An empty baggage is left out. Without a trace nothing is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetaTags<'a> {
    /// The value of the `sentry-trace` header.
    pub sentry_trace: Option<&'a str>,
    /// The value of the `baggage` header.
    pub baggage: Option<&'a str>,
}

impl fmt::Display for MetaTags<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((sentry_trace, baggage)) = to_send(self.sentry_trace, self.baggage) else {
            return Ok(());
        };
        write_tag(f, "sentry-trace", sentry_trace)?;
        baggage.map_or(Ok(()), |baggage| write_tag(f, "baggage", baggage))
    }
}

fn write_tag(f: &mut fmt::Formatter<'_>, name: &str, content: &str) -> fmt::Result {
    write!(f, "<meta name=\"{name}\" content=\"")?;
    for c in content.chars() {
        match c {
            '&' => f.write_str("&amp;")?,
            '<' => f.write_str("&lt;")?,
            '>' => f.write_str("&gt;")?,
            '"' => f.write_str("&quot;")?,
            '\'' => f.write_str("&#39;")?,
            c => f.write_char(c)?,
        }
    }
    f.write_str("\">")
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn values_are_escaped() {
        let tags = MetaTags {
            sentry_trace: Some("&<>\"'\u{e4}"),
            baggage: Some(""),
        };
        let escaped = "<meta name=\"sentry-trace\" content=\"&amp;&lt;&gt;&quot;&#39;\u{e4}\">";
        assert_eq!(tags.to_string(), escaped);
    }

    #[test]
    fn no_trace_no_tags() {
        assert_eq!(
            MetaTags {
                sentry_trace: None,
                baggage: Some("a=b")
            }
            .to_string(),
            ""
        );
    }
}
