//! Writing the headers of an outgoing request (rule R8).

use http::HeaderMap;
use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use sentry_trace_runtime::SpanHandle;
use sentry_trace_runtime::core::headers::{Presence, SignedHeaders, merged_baggage};
use sentry_trace_runtime::core::traceparent;

/// The header `sentry-trace`.
pub const SENTRY_TRACE: HeaderName = HeaderName::from_static("sentry-trace");
/// The header `baggage`.
pub const BAGGAGE: HeaderName = HeaderName::from_static("baggage");
/// The header `traceparent` of W3C Trace Context.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// A map takes 24576 names, and a client that adds its own to one more panics: these stay free for it.
const MOST_NAMES: usize = 24_576 - 64;

/// Writes the headers that carry the trace of `span` on, by all of rule R8 but the question whether the URL gets
/// them: [`ClientConfig`](crate::ClientConfig) asks that first.
///
/// A `sentry-trace` that is there already passes for the caller's, so a map that is written twice keeps the headers of
/// the first span. For another attempt write into a map without them.
pub fn write_headers(headers: &mut HeaderMap, span: &SpanHandle) {
    let (Some(header), Some(tracer)) = (span.sentry_trace(), span.tracer()) else {
        return;
    };
    if headers.keys_len() > MOST_NAMES {
        return;
    }
    let propagates_traceparent = tracer.settings().propagate_traceparent;
    let present = Presence {
        sentry_trace: headers.contains_key(&SENTRY_TRACE),
        traceparent: propagates_traceparent && headers.contains_key(&TRACEPARENT),
    };
    let signed = SignedHeaders::read(
        headers
            .get_all(AUTHORIZATION)
            .iter()
            .map(HeaderValue::as_bytes),
    );
    let written = present.decide(signed, propagates_traceparent);
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

/// Takes all sentry members out of `baggage`, and leaves the foreign ones byte for byte in one line.
#[doc(hidden)]
pub fn take_off_members(headers: &mut HeaderMap) {
    write_baggage(headers, b"");
}

/// Puts lines in the place of all lines of `baggage`.
#[doc(hidden)]
pub fn replace_baggage(headers: &mut HeaderMap, lines: Vec<HeaderValue>) {
    headers.remove(&BAGGAGE);
    for line in lines {
        // A full map refuses it.
        _ = headers.try_append(BAGGAGE, line);
    }
}

fn write_baggage(headers: &mut HeaderMap, ours: &[u8]) {
    let existing = headers.get_all(&BAGGAGE);
    let is_sensitive = existing.iter().any(HeaderValue::is_sensitive);
    let merged = merged_baggage(existing.iter().map(HeaderValue::as_bytes), ours);
    if merged.is_empty() {
        headers.remove(&BAGGAGE);
    } else {
        insert(headers, BAGGAGE, &merged, is_sensitive);
    }
}

/// A value that cannot stand in a header is left out; the request goes on without it.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &[u8], is_sensitive: bool) {
    if let Ok(mut value) = HeaderValue::from_bytes(value) {
        value.set_sensitive(is_sensitive);
        // A full map refuses the header; that is no reason to refuse the request.
        _ = headers.try_insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use sentry_trace_runtime::core::baggage::MAX_BYTES;
    use sentry_trace_runtime::core::continuation::SingleLines;
    use sentry_trace_runtime::{Options, Span, Tracer};

    use super::*;

    fn span() -> Span {
        let options = Options::new()
            .traces_sample_rate(1.0)
            .ignore_environment()
            .release("r@1");
        let tracer = Tracer::new(options.propagate_traceparent(true)).expect("valid options");
        tracer.start_new_trace().start_span("test").start()
    }

    #[test]
    fn foreign_baggage_is_kept_in_one_line() {
        let span = span();
        let mut headers = HeaderMap::new();
        headers.append(BAGGAGE, HeaderValue::from_static("a=1, b=2;p"));
        headers.append(BAGGAGE, HeaderValue::from_static("sentry-release=old,c=3"));
        write_headers(&mut headers, &span);
        let lines: Vec<_> = headers.get_all(BAGGAGE).iter().collect();
        assert_eq!(lines.len(), 1);
        let text = lines[0].to_str().expect("ASCII");
        assert!(
            text.starts_with("a=1, b=2;p,c=3,sentry-trace_id="),
            "{text}"
        );
        assert!(
            text.contains("sentry-release=r%401") && !text.contains("old"),
            "{text}"
        );
    }

    #[test]
    fn what_is_sensitive_stays_so() {
        let mut secret = HeaderValue::from_static("user=secret");
        secret.set_sensitive(true);
        let mut headers = HeaderMap::new();
        headers.append(BAGGAGE, HeaderValue::from_static("a=1"));
        headers.append(BAGGAGE, secret);
        write_headers(&mut headers, &span());
        assert!(headers[BAGGAGE].is_sensitive());
        assert!(!headers[SENTRY_TRACE].is_sensitive());
    }

    #[test]
    fn an_almost_full_map_keeps_its_room_for_the_client() {
        let mut headers = HeaderMap::new();
        for number in 0..24_560 {
            let name = format!("x-{number}").parse::<HeaderName>();
            headers.insert(name.expect("a name"), HeaderValue::from_static("1"));
        }
        write_headers(&mut headers, &span());
        assert_eq!(headers.keys_len(), 24_560);
    }

    #[test]
    fn a_hand_made_pair_wins_whole() {
        let mut headers = HeaderMap::new();
        headers.insert(SENTRY_TRACE, HeaderValue::from_static("mine"));
        headers.insert(BAGGAGE, HeaderValue::from_static("sentry-release=mine"));
        let before = headers.clone();
        write_headers(&mut headers, &span());
        assert_eq!(headers, before);
    }

    #[test]
    fn signed_headers_are_left_alone() {
        let mut headers = HeaderMap::new();
        let value =
            HeaderValue::from_static("AWS4-HMAC-SHA256 SignedHeaders=host;baggage, Signature=x");
        headers.insert(AUTHORIZATION, value);
        headers.insert(BAGGAGE, HeaderValue::from_static("a=1"));
        write_headers(&mut headers, &span());
        assert_eq!(headers[BAGGAGE], "a=1");
        assert!(headers.contains_key(SENTRY_TRACE) && headers.contains_key(TRACEPARENT));
    }

    #[test]
    fn a_context_that_is_too_long_or_illegal_is_parted() {
        let tracer = Tracer::new(Options::new().ignore_environment()).expect("valid options");
        let long = ["sentry-a=1,sentry-b=", &"x".repeat(MAX_BYTES - 20)].concat();
        for (baggage, expected) in [
            ("sentry-a=1,sentry-b=x\ny", "sentry-a=1,sentry-sample_rand="),
            // As long as what is read; with the number that is added it would be too long.
            (&*long, &*long),
        ] {
            let context = tracer.continue_trace(SingleLines {
                sentry_trace: Some(b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1"),
                baggage: Some(baggage.as_bytes()),
                traceparent: None,
            });
            let mut headers = HeaderMap::new();
            write_headers(&mut headers, &context.scope());
            let text = headers[BAGGAGE].to_str().expect("ASCII");
            assert!(text.starts_with(expected), "{text}");
            assert!(text.len() <= MAX_BYTES);
        }
    }

    #[test]
    fn without_a_span_nothing_is_written() {
        let mut headers = HeaderMap::new();
        write_headers(&mut headers, &SpanHandle::NONE);
        assert!(headers.is_empty());
    }
}
