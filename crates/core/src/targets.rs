//! Which URLs get trace headers: `trace_propagation_targets` (rule R9).
//!
//! [`Target::host`], [`Target::origin`] and [`Target::domain`] look at the parsed URL and are the ones to prefer.
//! Substrings and regexes look at its whole text, path and query included.
//!
//! ```
//! use sentry_trace_core::targets::{Target, Targets};
//!
//! let targets = Targets::new([Target::domain("example.com"), Target::origin("http://localhost:3000")])?;
//!
//! assert!(targets.matches("https://api.example.com/users?id=1"));
//! assert!(targets.matches("http://localhost:3000/"));
//! assert!(!targets.matches("https://example.com.evil.test/"));
//! assert!(Targets::new([Target::host("example.com:443")]).is_err());
//! # Ok::<(), sentry_trace_core::targets::TargetError>(())
//! ```

mod error;
mod matcher;
mod target;

pub use error::{TargetError, TargetErrorReason};
pub use target::{Target, TargetKind};

use alloc::boxed::Box;

use matcher::{Matcher, Subject};

/// The propagation targets of a client, ready to be asked.
#[doc(alias = "trace_propagation_targets")]
#[doc(alias = "tracePropagationTargets")]
#[doc(alias = "tracingOrigins")]
#[derive(Clone, Debug, Default)]
pub struct Targets(Selection);

#[derive(Clone, Debug, Default)]
enum Selection {
    #[default]
    All,
    AnyOf(Box<[Matcher]>),
}

impl Targets {
    /// The option is not set: every URL matches. The default.
    #[must_use]
    pub fn all() -> Self {
        Self(Selection::All)
    }

    /// An empty list: no URL matches. Incoming traces are still continued.
    #[must_use]
    pub fn none() -> Self {
        Self(Selection::AnyOf(Box::default()))
    }

    /// A list of targets; any match is enough. A plain string is a substring target. An empty list is [`Targets::none`].
    ///
    /// # Errors
    /// The first target that cannot be meant: a regex that does not compile; a host, domain or origin that is empty, not
    /// ASCII, has a leading dot, a wildcard, userinfo or white space, a port (host, domain) or a path (origin).
    pub fn new(targets: impl IntoIterator<Item = impl Into<Target>>) -> Result<Self, TargetError> {
        let matchers: Result<_, _> = targets
            .into_iter()
            .map(|target| Matcher::build(target.into()))
            .collect();
        Ok(Self(Selection::AnyOf(matchers?)))
    }

    /// Whether every URL matches, so that nobody need write one down to ask.
    #[must_use]
    pub const fn is_all(&self) -> bool {
        matches!(self.0, Selection::All)
    }

    /// Whether no URL matches, because there is nothing in the list.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(&self.0, Selection::AnyOf(matchers) if matchers.is_empty())
    }

    /// Whether a request to this URL gets trace headers, the DSN's own host aside.
    ///
    /// An empty text is an unknown URL: [`Targets::all`] does not match it. Allocates only where the URL has userinfo
    /// and a substring or regex is asked.
    #[must_use]
    pub fn matches(&self, url: &str) -> bool {
        match &self.0 {
            Selection::All => !url.is_empty(),
            Selection::AnyOf(matchers) => {
                let subject = Subject::new(url);
                matchers.iter().any(|matcher| matcher.matches(&subject))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::*;

    fn matches(target: Target, url: &str) -> bool {
        Targets::new([target]).expect("a target").matches(url)
    }

    #[test]
    fn all_and_none() {
        assert!(Targets::default().matches("https://a.example/"));
        assert!(!Targets::all().matches(""));
        let empty = Targets::new(core::iter::empty::<Target>()).expect("no target");
        for none in [Targets::none(), empty] {
            assert!(none.is_none() && !none.is_all());
            assert!(!none.matches("https://a.example/"));
        }
        assert!(Targets::all().is_all() && !Targets::all().is_none());
        assert!(!Targets::new(["a"]).expect("a target").is_none());
    }

    #[test]
    fn a_plain_string_is_a_substring() {
        assert!(
            Targets::new(["a.example"])
                .expect("a target")
                .matches("https://a.example/")
        );
        assert!(
            Targets::new([String::from("/x")])
                .expect("a target")
                .matches("/x")
        );
        assert!(matches(Target::substring("://a"), "https://user@a/"));
    }

    #[test]
    fn a_domain_takes_subdomains_of_names_only() {
        assert!(matches(
            Target::domain("Example.com"),
            "https://a.b.EXAMPLE.com:8/"
        ));
        assert!(matches(Target::domain("com."), "https://example.com./"));
        for (domain, url) in [
            ("example.com", "https://notexample.com/"),
            ("example.com", "https://.example.com/"),
            ("example.com", "https://a.example.com./"),
            ("0.0.1.", "http://10.0.0.1./"),
            ("0x1", "http://10.0.0.0x1/"),
            ("1", "http://[::1]/"),
        ] {
            assert!(!matches(Target::domain(domain), url), "{domain} {url}");
        }
    }

    #[test]
    fn an_origin_compares_scheme_host_and_port() {
        assert!(matches(
            Target::origin("HTTPS://a.example"),
            "https://A.example:443/x"
        ));
        assert!(matches(
            Target::origin("grpc://a.example:1"),
            "grpc://a.example:1"
        ));
        assert!(!matches(
            Target::origin("grpc://a.example"),
            "grpc://a.example:1"
        ));
        assert!(!matches(
            Target::origin("https://a.example"),
            "wss://a.example/"
        ));
    }

    #[test]
    fn what_is_held_can_be_read() {
        let targets =
            Targets::new([Target::substring("/api"), Target::host("a.example")]).expect("targets");
        assert_eq!(
            format!("{targets:?}"),
            r#"Targets(AnyOf([Substring("/api"), Host(Name("a.example"))]))"#
        );
        assert_eq!(format!("{:?}", Targets::all()), "Targets(All)");
    }

    #[cfg(feature = "regex")]
    #[test]
    fn a_regex_is_not_anchored() {
        assert!(matches(
            Target::regex("b.example/[0-9]$"),
            "https://user@b.example/7#x"
        ));
        let compiled = regex::Regex::new("^/").expect("a regex");
        assert!(matches(Target::from(compiled), "/x"));
    }
}
