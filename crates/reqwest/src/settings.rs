//! What can be set, for asynchronous and blocking clients alike.

use reqwest::Url;
use sentry_trace_http::{ClientConfig, ClientUrl, Propagation};

use crate::client_facts::ClientFacts;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) config: ClientConfig,
    pub(crate) max_redirects: usize,
    /// For requests that say nothing themselves.
    pub(crate) propagation: Propagation,
    /// `None` when it is not known which client sends.
    pub(crate) client: Option<ClientFacts>,
}

impl Settings {
    /// The global tracer, and up to ten redirects, as in reqwest.
    pub(crate) const fn new() -> Self {
        Self {
            config: ClientConfig::new("auto.http.reqwest"),
            max_redirects: 10,
            propagation: Propagation::Traced,
            client: None,
        }
    }

    /// What happens to a request that asks for this. A client that follows redirects itself would carry our headers
    /// to hosts that must not get them (rule R8), so it gets none.
    pub(crate) fn propagation(&self, asked: Option<Propagation>) -> Propagation {
        let asked = asked.unwrap_or(self.propagation);
        let follows = self.client.as_ref().is_some_and(|client| client.follows);
        if asked == Propagation::Traced && follows {
            self.config.note(
                "this client follows redirects itself, so its requests get no headers: \
                 build it with redirect::Policy::none() or build_traced()",
            );
            return Propagation::NotPropagated;
        }
        asked
    }

    /// Tells when the client has followed a redirect itself, though it was not known to.
    pub(crate) fn compare(&self, sent: &Url, answered: &Url) {
        let mut sent = sent.clone();
        sent.set_fragment(None);
        if self.client.is_none() && sent != *answered {
            self.config.note(
                "a response came from another URL than the request was for: the client below follows redirects \
                 itself, and carries our headers along; build it with redirect::Policy::none()",
            );
        }
    }
}

/// The parts of a URL, without userinfo.
pub(crate) fn parts(url: &Url) -> Option<ClientUrl<'_>> {
    Some(ClientUrl {
        scheme: url.scheme(),
        host: url.host_str()?,
        port: url.port(),
        path: url.path(),
        query: url.query(),
    })
}
