//! Opting out for one request.

use awc::ClientRequest;
use awc::http::header::{HeaderMap, HeaderName, HeaderValue};
use awc::ws::WebsocketsRequest;
use sentry_trace_http::Propagation;

/// awc has no extensions in a request, and headers alone travel with it through redirects: a header of this name
/// carries what the caller wants, and the middleware takes it off.
const NAME: HeaderName = HeaderName::from_static("sentry-trace-propagation");

const NOT_PROPAGATED: &str = "not-propagated";
const NOT_TRACED: &str = "not-traced";

/// Says for one request whether it is traced and propagated.
///
/// ```
/// use sentry_trace_actix::{ClientMiddleware, ClientRequestExt, Propagation};
///
/// let client = awc::Client::builder().wrap(ClientMiddleware::new()).finish();
/// let request = client.get("http://example.com/").propagation(Propagation::NotTraced);
/// # drop(request);
/// ```
pub trait ClientRequestExt {
    /// What happens to this request, on all hops of a redirect.
    ///
    /// The request carries it in a header `sentry-trace-propagation`, which [`ClientMiddleware`](crate::ClientMiddleware)
    /// takes off; a client without the middleware would send it.
    #[must_use]
    fn propagation(self, propagation: Propagation) -> Self;
}

impl ClientRequestExt for ClientRequest {
    fn propagation(mut self, propagation: Propagation) -> Self {
        match value(propagation) {
            Some(value) => self.headers_mut().insert(NAME, value),
            None => self.headers_mut().remove(NAME),
        };
        self
    }
}

impl ClientRequestExt for WebsocketsRequest {
    fn propagation(self, propagation: Propagation) -> Self {
        self.set_header(
            NAME,
            value(propagation).unwrap_or(HeaderValue::from_static("")),
        )
    }
}

fn value(propagation: Propagation) -> Option<HeaderValue> {
    let text = match propagation {
        Propagation::NotPropagated => NOT_PROPAGATED,
        Propagation::NotTraced => NOT_TRACED,
        _ => return None,
    };
    Some(HeaderValue::from_static(text))
}

/// Takes off what the caller wants.
pub(super) fn take(headers: &mut HeaderMap) -> Propagation {
    let wanted = headers.remove(NAME).next();
    match wanted.as_ref().map(HeaderValue::as_bytes) {
        Some(value) if value == NOT_PROPAGATED.as_bytes() => Propagation::NotPropagated,
        Some(value) if value == NOT_TRACED.as_bytes() => Propagation::NotTraced,
        _ => Propagation::Traced,
    }
}
