//! What we wrote into a request, so that it can be taken off again.

use http::Request;
use http::header::HeaderValue;
use sentry_trace_http::{BAGGAGE, ClientSpan, SENTRY_TRACE, TRACEPARENT};
use sentry_trace_runtime::core::sentry_trace::SentryTrace;

/// A client that could not send a request may give it back as we handed it on. Sent again, it must not pass for one with
/// headers of the caller's (rule R8).
#[derive(Clone)]
struct Written {
    sentry_trace: SentryTrace,
    has_traceparent: bool,
    baggage_before: Vec<HeaderValue>,
}

/// Writes our headers, if the request gets them.
pub(super) fn write<B>(request: &mut Request<B>, span: &ClientSpan) {
    let headers = request.headers_mut();
    let sentry_trace = span.handle().sentry_trace();
    let is_ours = span.propagates() && !headers.contains_key(&SENTRY_TRACE);
    let (true, Some(sentry_trace)) = (is_ours, sentry_trace) else {
        return;
    };
    let baggage_before = headers.get_all(&BAGGAGE).iter().cloned().collect();
    let had_traceparent = headers.contains_key(&TRACEPARENT);
    span.write_headers(headers);
    let written = Written {
        sentry_trace,
        has_traceparent: !had_traceparent && headers.contains_key(&TRACEPARENT),
        baggage_before,
    };
    request.extensions_mut().insert(written);
}

/// Takes off what an earlier attempt wrote, unless the caller has changed it since.
pub(super) fn take_off<B>(request: &mut Request<B>) {
    let Some(written) = request.extensions_mut().remove::<Written>() else {
        return;
    };
    let ours = written.sentry_trace.to_text();
    let headers = request.headers_mut();
    let there = headers.get(&SENTRY_TRACE);
    if there.is_some_and(|value| value.as_bytes() != ours.as_bytes()) {
        return;
    }
    headers.remove(&SENTRY_TRACE);
    if written.has_traceparent {
        headers.remove(&TRACEPARENT);
    }
    headers.remove(&BAGGAGE);
    for value in written.baggage_before {
        // There was room for it before.
        _ = headers.try_append(BAGGAGE, value);
    }
}
