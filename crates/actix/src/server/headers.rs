//! The headers of actix-web, which are not those of the `http` 1 crate.

use actix_web::http::header::{HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use sentry_trace_http::Headers;
use sentry_trace_runtime::core::continuation::Incoming;

use crate::names::{BAGGAGE, SENTRY_TRACE, TRACEPARENT};

/// A view on headers.
pub(crate) struct View<'a>(pub(crate) &'a HeaderMap);

impl Headers for View<'_> {
    fn first(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(HeaderValue::as_bytes)
    }

    fn each(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        for value in self.0.get_all(name) {
            visit(value.as_bytes());
        }
    }

    fn host(&self) -> Option<&[u8]> {
        self.0.get(HOST).map(HeaderValue::as_bytes)
    }

    fn user_agent(&self) -> Option<&[u8]> {
        self.0.get(USER_AGENT).map(HeaderValue::as_bytes)
    }
}

/// What the headers of a request say of its trace.
pub(super) fn incoming(
    headers: &HeaderMap,
) -> Incoming<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    let lines = |name: HeaderName| headers.get_all(name).map(HeaderValue::as_bytes);
    Incoming {
        sentry_trace: lines(SENTRY_TRACE),
        baggage: lines(BAGGAGE),
        traceparent: lines(TRACEPARENT),
    }
}
