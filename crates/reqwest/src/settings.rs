//! What can be set, for asynchronous and blocking clients alike.

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Url;
use reqwest::header::HeaderMap;
use sentry_trace_http::{ClientConfig, ClientSpan, ClientUrl, Propagation, TRACEPARENT};

use crate::client_facts::ClientFacts;

/// The host of a response that no client received: reqwest's own, for one that a cache or a mock made.
const MADE_HOST: &str = "no.url.provided.local";

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) config: ClientConfig,
    /// As the client does, where nothing is said.
    pub(crate) max_redirects: Option<usize>,
    /// For requests that say nothing themselves.
    pub(crate) propagation: Propagation,
    /// `None` when it is not known which client sends.
    pub(crate) client: Option<ClientFacts>,
    /// The client was seen to follow redirects itself.
    was_seen_following: Seen,
}

/// What was seen of one client. A clone may stand over another client, so it starts anew.
#[derive(Debug, Default)]
struct Seen(AtomicBool);

impl Clone for Seen {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Settings {
    /// The global tracer, and as many redirects as in reqwest.
    pub(crate) fn new() -> Self {
        Self {
            config: ClientConfig::new("auto.http.reqwest"),
            max_redirects: None,
            propagation: Propagation::Traced,
            client: None,
            was_seen_following: Seen::default(),
        }
    }

    /// What happens to a request that asks for this. A client that follows redirects itself would carry our headers
    /// to hosts that must not get them (rule R8), so it gets none.
    pub(crate) fn propagation(&self, asked: Option<Propagation>) -> Propagation {
        let asked = asked.unwrap_or(self.propagation);
        if asked == Propagation::Traced && self.client_follows() {
            self.config.note(
                "this client follows redirects itself, so its requests get no headers: build it with \
                 redirect::Policy::none(), or with build_traced() and no policy of its own",
            );
            return Propagation::NotPropagated;
        }
        asked
    }

    /// Whether the client is known to follow redirects itself.
    pub(crate) fn client_follows(&self) -> bool {
        match &self.client {
            Some(client) => client.follows(),
            None => self.was_seen_following.0.load(Ordering::Relaxed),
        }
    }

    /// Writes the headers that carry the trace of a span on, with regard to those that the client adds afterwards.
    pub(crate) fn write_headers(&self, headers: &mut HeaderMap, span: &ClientSpan) {
        let defaults = self.client.as_ref().map(|client| &client.default_headers);
        let are_known = !span.propagates() || defaults.is_none_or(|known| known.add_to(headers));
        if !are_known {
            self.config.note(
                "requests get no headers: the client has sentry-trace or baggage among its default headers, with a \
                 value that cannot be read; give it to each request instead",
            );
            return;
        }
        let had_traceparent = headers.contains_key(TRACEPARENT);
        span.write_headers(headers);
        if !had_traceparent && defaults.is_some_and(|defaults| defaults.hides_traceparent) {
            headers.remove(TRACEPARENT);
        }
    }

    /// Notices that the client has followed a redirect itself, though it was not known to.
    pub(crate) fn compare(&self, sent: &Url, answered: &Url) {
        let mut sent = sent.clone();
        sent.set_fragment(None);
        let was_sent = answered.host_str() != Some(MADE_HOST);
        if self.client.is_none() && was_sent && sent != *answered {
            self.was_seen_following.0.store(true, Ordering::Relaxed);
            self.config.note(
                "a response came from another URL than the request was for: the client below follows redirects \
                 itself, and has carried our headers along, or a middleware inside changed the URL; further requests \
                 get none; build the client with redirect::Policy::none(), and tell by TraceMiddleware::for_client \
                 which one it is",
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
