//! Writing the headers of an outgoing request (rule R8), into headers that are not those of the `http` 1 crate.

use awc::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use sentry_trace_runtime::SpanHandle;
use sentry_trace_runtime::core::headers::{Presence, SignedHeaders, merged_baggage};
use sentry_trace_runtime::core::traceparent;

use crate::names::{BAGGAGE, SENTRY_TRACE, TRACEPARENT};

/// Writes the headers that carry the trace of `span` on, by all of rule R8 but the question whether the URL gets them.
pub(super) fn write(headers: &mut HeaderMap, span: &SpanHandle) {
    let (Some(header), Some(tracer)) = (span.sentry_trace(), span.tracer()) else {
        return;
    };
    let present = Presence {
        sentry_trace: headers.contains_key(SENTRY_TRACE),
        traceparent: headers.contains_key(TRACEPARENT),
    };
    let signed = SignedHeaders::read(headers.get_all(AUTHORIZATION).map(HeaderValue::as_bytes));
    let written = present.decide(signed, tracer.settings().propagate_traceparent);
    if written.sentry_trace {
        insert(headers, SENTRY_TRACE, header.to_text().as_bytes(), false);
    }
    if written.baggage {
        write_baggage(headers, span.baggage_bytes().unwrap_or_default());
    }
    if let (true, Some(span_id)) = (written.traceparent, header.span_id) {
        let text = traceparent::format(header.trace_id, span_id, header.decision);
        insert(headers, TRACEPARENT, text.as_bytes(), false);
    }
}

fn write_baggage(headers: &mut HeaderMap, ours: &[u8]) {
    let existing = || headers.get_all(BAGGAGE);
    let is_sensitive = existing().any(HeaderValue::is_sensitive);
    let merged = merged_baggage(existing().map(HeaderValue::as_bytes), ours);
    if merged.is_empty() {
        headers.remove(BAGGAGE);
    } else {
        insert(headers, BAGGAGE, &merged, is_sensitive);
    }
}

/// A value that cannot stand in a header is left out; the request goes on without it.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &[u8], is_sensitive: bool) {
    if let Ok(mut value) = HeaderValue::from_bytes(value) {
        value.set_sensitive(is_sensitive);
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use sentry_trace_runtime::{Options, Tracer};

    use super::*;

    #[test]
    fn what_is_sensitive_stays_so() {
        let tracer = Tracer::new(Options::new().ignore_environment()).expect("valid options");
        let mut secret = HeaderValue::from_static("user=secret");
        secret.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.append(BAGGAGE, HeaderValue::from_static("a=1"));
        headers.append(BAGGAGE, secret);
        write(&mut headers, &tracer.start_new_trace().scope());
        let is_sensitive = |name| headers.get(name).map(HeaderValue::is_sensitive);
        assert_eq!(is_sensitive(BAGGAGE), Some(true));
        assert_eq!(is_sensitive(SENTRY_TRACE), Some(false));
    }
}
