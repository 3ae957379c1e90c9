//! The headers of actix-web, which are not those of the `http` 1 crate.

use actix_web::http::header::{HeaderMap, HeaderValue};
use sentry_trace_http::Headers;
use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::core::{baggage, sentry_trace, traceparent};

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
}

/// What the headers of a request say of its trace.
pub(super) fn incoming(
    headers: &HeaderMap,
) -> Incoming<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    let lines = |name: &str| headers.get_all(name).map(HeaderValue::as_bytes);
    Incoming {
        sentry_trace: lines(sentry_trace::NAME),
        baggage: lines(baggage::NAME),
        traceparent: lines(traceparent::NAME),
    }
}
