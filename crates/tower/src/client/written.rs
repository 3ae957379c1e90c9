//! What we wrote into a request, so that it can be taken off again.

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{HeaderMap, Request};
use sentry_trace_http::{
    BAGGAGE, ClientConfig, ClientSpan, SENTRY_TRACE, TRACEPARENT, replace_baggage, take_off_members,
};
use sentry_trace_runtime::core::headers::SignedHeaders;

/// A client that could not send a request may give it back as we handed it on. Sent again, it must not pass for one with
/// headers of the caller's (rule R8).
#[derive(Clone)]
struct Written {
    sentry_trace: Option<HeaderValue>,
    traceparent: Option<HeaderValue>,
    baggage: Option<HeaderValue>,
    baggage_before: Vec<HeaderValue>,
}

/// Writes our headers, if the request gets them.
pub(super) fn write<B>(request: &mut Request<B>, span: &ClientSpan) {
    let headers = request.headers_mut();
    if !span.propagates() || headers.contains_key(&SENTRY_TRACE) {
        return;
    }
    let baggage_before = headers.get_all(&BAGGAGE).iter().cloned().collect();
    let had_traceparent = headers.contains_key(&TRACEPARENT);
    span.write_headers(headers);
    let traceparent = headers.get(&TRACEPARENT);
    let written = Written {
        sentry_trace: headers.get(&SENTRY_TRACE).cloned(),
        traceparent: traceparent.filter(|_| !had_traceparent).cloned(),
        baggage: headers.get(&BAGGAGE).cloned(),
        baggage_before,
    };
    request.extensions_mut().insert(written);
}

/// Takes off what an earlier attempt wrote, but for what the caller has changed or signed since. Without a tracer the
/// request is left as it is.
pub(super) fn take_off<B>(request: &mut Request<B>, config: &ClientConfig) {
    let is_again = request.extensions().get::<Written>().is_some();
    if !is_again || !config.has_tracer() {
        return;
    }
    let Some(written) = request.extensions_mut().remove::<Written>() else {
        return;
    };
    let headers = request.headers_mut();
    let there = headers.get(&SENTRY_TRACE);
    if there.is_some() && !is(headers, &SENTRY_TRACE, written.sentry_trace.as_ref()) {
        return;
    }
    let signed = headers.get_all(AUTHORIZATION);
    let signed = SignedHeaders::read(signed.iter().map(HeaderValue::as_bytes));
    if !signed.sentry_trace {
        headers.remove(&SENTRY_TRACE);
    }
    if !signed.traceparent && is(headers, &TRACEPARENT, written.traceparent.as_ref()) {
        headers.remove(&TRACEPARENT);
    }
    if signed.baggage {
        return;
    }
    if is(headers, &BAGGAGE, written.baggage.as_ref()) {
        replace_baggage(headers, written.baggage_before);
    } else {
        // Members have been added since.
        take_off_members(headers);
    }
}

/// Whether the header has this one value.
fn is(headers: &HeaderMap, name: &HeaderName, value: Option<&HeaderValue>) -> bool {
    headers.get_all(name).iter().eq(value)
}
