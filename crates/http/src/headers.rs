//! Reading headers, of whatever type a framework has for them.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::core::{baggage, sentry_trace, traceparent};

static SENTRY_TRACE: HeaderName = HeaderName::from_static(sentry_trace::NAME);
static BAGGAGE: HeaderName = HeaderName::from_static(baggage::NAME);
static TRACEPARENT: HeaderName = HeaderName::from_static(traceparent::NAME);

/// The headers of a message.
pub trait Headers {
    /// The first value of a name, given in lower case.
    fn first(&self, name: &str) -> Option<&[u8]>;

    /// Shows all values of a name, in order.
    fn each(&self, name: &str, visit: &mut dyn FnMut(&[u8]));
}

impl Headers for HeaderMap {
    fn first(&self, name: &str) -> Option<&[u8]> {
        self.get(name).map(HeaderValue::as_bytes)
    }

    fn each(&self, name: &str, visit: &mut dyn FnMut(&[u8])) {
        for value in self.get_all(name) {
            visit(value.as_bytes());
        }
    }
}

/// What the headers of a request say of its trace, for
/// [`Tracer::continue_trace`](sentry_trace_runtime::Tracer::continue_trace).
pub fn incoming(
    headers: &HeaderMap,
) -> Incoming<impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>, impl Iterator<Item = &[u8]>>
{
    // Looked up only when it is asked for.
    let lines = |name: &'static HeaderName| {
        let values = std::iter::once(name).flat_map(|name| headers.get_all(name));
        values.map(HeaderValue::as_bytes)
    };
    Incoming {
        sentry_trace: lines(&SENTRY_TRACE),
        baggage: lines(&BAGGAGE),
        traceparent: lines(&TRACEPARENT),
    }
}
