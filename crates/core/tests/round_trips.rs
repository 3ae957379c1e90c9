//! What is written can be read, and gives what it was written from (rules R1, R7 and R8).

mod support;

use proptest::prelude::*;
use sentry_trace_core::decision::Decision;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sentry_trace::SentryTrace;
use sentry_trace_core::traceparent;

use support::{decision, sentry_trace, span_id, trace_id};

proptest! {
    #[test]
    fn ids(trace_id in trace_id(), span_id in span_id()) {
        prop_assert_eq!(TraceId::parse(&trace_id.to_hex()), Ok(trace_id));
        prop_assert_eq!(trace_id.to_string().parse(), Ok(trace_id));
        prop_assert_eq!(TraceId::from_bytes(trace_id.to_bytes()), Ok(trace_id));
        prop_assert_eq!(SpanId::parse(&span_id.to_hex()), Ok(span_id));
        prop_assert_eq!(span_id.to_string().parse(), Ok(span_id));
        prop_assert_eq!(SpanId::from_bytes(span_id.to_bytes()), Ok(span_id));
    }

    #[test]
    fn random_ids_are_ids(bytes in any::<[u8; 16]>(), eight in any::<[u8; 8]>()) {
        let trace_id = TraceId::from_random(bytes);
        let hex = trace_id.to_string();
        prop_assert_eq!(hex.parse(), Ok(trace_id));
        prop_assert_eq!(&hex[12..13], "4");
        prop_assert!(matches!(&hex[16..17], "8" | "9" | "a" | "b"));
        let span_id = SpanId::from_random(eight);
        prop_assert_eq!(span_id.to_string().parse(), Ok(span_id));
    }

    #[test]
    fn sentry_trace_headers(header in sentry_trace(), before in "[ \t]{0,3}", after in "[ \t]{0,3}") {
        let text = header.to_text();
        prop_assert_eq!(SentryTrace::parse(text.as_bytes()), Ok(header));
        prop_assert_eq!(header.to_string().parse(), Ok(header));
        let padded = format!("{before}{text}{after}");
        prop_assert_eq!(SentryTrace::parse(padded.as_bytes()), Ok(header));
    }

    #[test]
    fn a_text_that_is_read_is_the_text_that_is_written(text in "[0-9a-f]{30,34}(-[0-9a-f]{15,17})?(-[012])?-?") {
        if let Ok(header) = text.parse::<SentryTrace>() {
            let written = header.to_string();
            prop_assert_eq!(text.strip_suffix('-').unwrap_or(&text), written);
        }
    }

    #[test]
    fn the_first_valid_piece_is_found(header in sentry_trace(), junk in "[g-z ,-]{0,20}", rest in "[ -~]{0,20}") {
        let line = format!("{junk},{header},{rest}");
        prop_assert_eq!(SentryTrace::parse_lines([line.as_bytes()]), Ok(header));
        let lines = [junk.as_bytes(), header.to_string().as_bytes(), rest.as_bytes()].map(<[u8]>::to_vec);
        prop_assert_eq!(SentryTrace::parse_lines(lines.iter().map(Vec::as_slice)), Ok(header));
    }

    #[test]
    fn traceparent_headers(trace_id in trace_id(), span_id in span_id(), decision in decision()) {
        let text = traceparent::format(trace_id, span_id, decision);
        let header = SentryTrace {
            trace_id,
            span_id: Some(span_id),
            // This header has no deferred state.
            decision: Decision::from(decision.is_sampled()),
        };
        prop_assert_eq!(traceparent::parse(text.as_bytes()), Ok(header));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let read = SentryTrace::parse(&bytes).is_ok() || traceparent::parse(&bytes).is_ok();
        prop_assert!(!read || bytes.is_ascii());
    }

    #[test]
    fn a_changed_byte_never_gives_the_same_header(header in sentry_trace(), at in 0..51_usize, byte in any::<u8>()) {
        let mut text = header.to_string().into_bytes();
        let at = at % text.len();
        prop_assume!(text[at] != byte);
        text[at] = byte;
        let cut = matches!(byte, b' ' | b'\t' | b'-');
        prop_assert!(SentryTrace::parse(&text) != Ok(header) || cut, "{:?}", text);
    }
}
