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
        insert(headers, SENTRY_TRACE, header.to_text().as_bytes());
    }
    if written.baggage {
        write_baggage(headers, span.baggage_bytes().unwrap_or_default());
    }
    if let (true, Some(span_id)) = (written.traceparent, header.span_id) {
        let text = traceparent::format(header.trace_id, span_id, header.decision);
        insert(headers, TRACEPARENT, text.as_bytes());
    }
}

fn write_baggage(headers: &mut HeaderMap, ours: &[u8]) {
    let existing = headers.get_all(BAGGAGE).map(HeaderValue::as_bytes);
    let merged = merged_baggage(existing, ours);
    if merged.is_empty() {
        headers.remove(BAGGAGE);
    } else {
        insert(headers, BAGGAGE, &merged);
    }
}

/// A value that cannot stand in a header is left out; the request goes on without it.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(name, value);
    }
}
