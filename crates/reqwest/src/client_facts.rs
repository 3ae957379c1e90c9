//! The settings of a client that its redirects depend on.

use std::fmt::Debug;
use std::time::Duration;

use reqwest::header::HeaderName;

use crate::credentials::CREDENTIALS;
use crate::debug_text::{duration, fields};

/// What reqwest shows of a client nowhere but in its debug text. Where that shows less than expected, the careful
/// reading counts: the client follows redirects, and sends no `referer`.
#[derive(Clone, Debug)]
pub(crate) struct ClientFacts {
    /// The client follows redirects itself.
    pub(crate) follows: bool,
    /// A redirect tells where it came from.
    pub(crate) referer: bool,
    /// The credentials among the headers that the client adds to every request.
    pub(crate) default_credentials: Vec<HeaderName>,
    /// The time for a request, its redirects and its body.
    pub(crate) timeout: Option<Duration>,
}

impl ClientFacts {
    /// The facts of a client or of its builder.
    pub(crate) fn of(client: &impl Debug) -> Self {
        let text = format!("{client:?}");
        let fields = fields(&text);
        let field = |wanted: &str| {
            let found = fields.iter().find(|(name, _)| *name == wanted);
            found.map_or("", |(_, value)| *value)
        };
        let policy = field("redirect_policy").trim_matches('"');
        Self {
            follows: policy != "Policy(None)",
            referer: field("referer") == "true",
            default_credentials: credentials(field("default_headers")),
            timeout: duration(field("reqwest::config::TotalTimeout")),
        }
    }
}

fn credentials(headers: &str) -> Vec<HeaderName> {
    let fields = fields(headers);
    let is_present = |name: &HeaderName| {
        let quoted = format!("{:?}", name.as_str());
        fields.iter().any(|(found, _)| *found == quoted)
    };
    CREDENTIALS.into_iter().filter(is_present).collect()
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
        assert!(!facts(|builder| builder.redirect(Policy::none())).follows);
        for policy in [
            Policy::default(),
            Policy::limited(10),
            Policy::limited(3),
            Policy::custom(|attempt| attempt.follow()),
        ] {
            assert!(facts(|builder| builder.redirect(policy)).follows);
        }
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
        assert!(facts.follows && !facts.referer && facts.default_credentials.is_empty());
    }

    #[cfg(feature = "blocking")]
    #[test]
    fn a_blocking_builder_shows_the_same() {
        let builder = reqwest::blocking::Client::builder();
        assert!(ClientFacts::of(&builder).follows);
        let builder = builder.redirect(Policy::none()).referer(false);
        let facts = ClientFacts::of(&builder);
        assert!(!facts.follows && !facts.referer);
    }
}
