//! The settings of a client that its redirects depend on.

use std::fmt::{Debug, Write};
use std::time::Duration;

use reqwest::header::HeaderName;

use crate::credentials::CREDENTIALS;
use crate::debug_text::{DebugText, DefaultHeader, duration};
use crate::default_headers::DefaultHeaders;

/// As many as reqwest follows unless it is told.
pub(crate) const DEFAULT_REDIRECTS: usize = 10;

/// Room for the text of most clients, in bytes.
const EXPECTED_LEN: usize = 512;

/// What reqwest shows of a client nowhere but in its debug text. Its default policy is not shown; where anything else
/// is not as expected, the careful reading counts: the client follows redirects by rules of its own, and sends no
/// `referer`.
#[derive(Clone, Debug)]
pub(crate) struct ClientFacts {
    /// The redirects that the client follows itself.
    pub(crate) policy: RedirectPolicy,
    /// A redirect tells where it came from.
    pub(crate) referer: bool,
    /// The credentials among the headers that the client adds to every request.
    pub(crate) default_credentials: Vec<HeaderName>,
    /// What else of these headers matters to ours.
    pub(crate) default_headers: DefaultHeaders,
    /// The time for a request, its redirects and its body.
    pub(crate) timeout: Option<Duration>,
}

/// Which redirects a client follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RedirectPolicy {
    /// None: a redirect is an answer.
    None,
    /// At most so many; one more is an error.
    Limit(usize),
    /// Those that a function of the user's allows.
    Custom,
}

impl RedirectPolicy {
    pub(crate) const DEFAULT: Self = Self::Limit(DEFAULT_REDIRECTS);

    fn of(shown: &str) -> Self {
        let shown = shown.trim_start_matches('"');
        if shown.is_empty() {
            return Self::DEFAULT;
        }
        if shown.starts_with("Policy(None)") {
            return Self::None;
        }
        let limit = shown.strip_prefix("Policy(Limit(");
        let limit = limit.and_then(|rest| rest.split_once(')')?.0.parse().ok());
        limit.map_or(Self::Custom, Self::Limit)
    }
}

impl ClientFacts {
    /// The facts of a client or of its builder.
    pub(crate) fn of(client: &impl Debug) -> Self {
        let mut text = String::with_capacity(EXPECTED_LEN);
        // Writing into memory does not fail, and what is not there is read with care.
        _ = write!(text, "{client:?}");
        let text = DebugText::new(&text);
        let is_default =
            |name: &HeaderName| text.default_header(name.as_str()) != DefaultHeader::Absent;
        Self {
            policy: RedirectPolicy::of(text.setting(" redirect_policy: ")),
            referer: text.setting(" referer: ").starts_with("true"),
            default_credentials: CREDENTIALS.into_iter().filter(is_default).collect(),
            default_headers: DefaultHeaders::of(&text),
            timeout: duration(text.late_setting(" reqwest::config::TotalTimeout: ")),
        }
    }

    /// Whether the client follows redirects itself.
    pub(crate) fn follows(&self) -> bool {
        !matches!(self.policy, RedirectPolicy::None | RedirectPolicy::Limit(0))
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderValue};
    use reqwest::redirect::Policy;
    use reqwest::{Client, ClientBuilder};

    use super::*;

    fn facts(build: impl FnOnce(ClientBuilder) -> ClientBuilder) -> ClientFacts {
        ClientFacts::of(&build(Client::builder()).build().expect("a client"))
    }

    #[test]
    #[allow(
        clippy::redundant_closure_for_method_calls,
        reason = "the method itself is not general enough over lifetimes"
    )]
    fn the_policy_is_known() {
        let policy = |policy| facts(|builder| builder.redirect(policy)).policy;
        assert_eq!(policy(Policy::none()), RedirectPolicy::None);
        assert_eq!(policy(Policy::default()), RedirectPolicy::DEFAULT);
        assert_eq!(policy(Policy::limited(10)), RedirectPolicy::Limit(10));
        assert_eq!(policy(Policy::limited(3)), RedirectPolicy::Limit(3));
        let custom = Policy::custom(|attempt| attempt.follow());
        assert_eq!(policy(custom), RedirectPolicy::Custom);
        let builder = Client::builder().redirect(Policy::limited(3));
        assert_eq!(ClientFacts::of(&builder).policy, RedirectPolicy::Limit(3));
        assert_eq!(RedirectPolicy::of("something new"), RedirectPolicy::Custom);
    }

    #[test]
    fn the_referer_is_known() {
        assert!(facts(|builder| builder).referer);
        assert!(!facts(|builder| builder.referer(false)).referer);
    }

    #[test]
    fn default_credentials_are_known_by_name() {
        let mut secret = HeaderValue::from_static("Bearer x");
        secret.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (AUTHORIZATION, secret),
            (COOKIE, HeaderValue::from_static("a=1")),
        ]);
        let known = facts(|builder| builder.default_headers(headers)).default_credentials;
        assert_eq!(known, [AUTHORIZATION, COOKIE]);
        assert!(facts(|builder| builder).default_credentials.is_empty());
    }

    #[test]
    fn the_timeout_is_known() {
        let time = Duration::from_millis(1500);
        assert_eq!(facts(|builder| builder.timeout(time)).timeout, Some(time));
        assert_eq!(facts(|builder| builder).timeout, None);
    }

    #[test]
    fn header_values_are_not_taken_for_settings() {
        let value = HeaderValue::from_static(
            r#"x", "cookie": "y"}, redirect_policy: "Policy(None)", referer: true"#,
        );
        let headers = HeaderMap::from_iter([(HeaderName::from_static("x-text"), value)]);
        let facts = facts(|builder| builder.referer(false).default_headers(headers));
        assert!(facts.follows() && !facts.referer && facts.default_credentials.is_empty());
    }

    #[test]
    fn a_header_value_that_ends_with_a_backslash_hides_nothing() {
        let time = Duration::from_millis(450);
        let headers = HeaderMap::from_iter([
            (
                HeaderName::from_static("x-path"),
                HeaderValue::from_static(r"C:\work\"),
            ),
            (AUTHORIZATION, HeaderValue::from_static("Bearer x")),
        ]);
        let facts = facts(|builder| builder.timeout(time).default_headers(headers));
        assert_eq!(facts.default_credentials, [AUTHORIZATION]);
        assert_eq!(facts.timeout, Some(time));
    }

    #[cfg(feature = "blocking")]
    #[test]
    fn a_blocking_builder_shows_the_same() {
        let builder = reqwest::blocking::Client::builder();
        assert_eq!(ClientFacts::of(&builder).policy, RedirectPolicy::DEFAULT);
        let builder = builder.redirect(Policy::none()).referer(false);
        let facts = ClientFacts::of(&builder);
        assert!(!facts.follows() && !facts.referer);
    }
}
