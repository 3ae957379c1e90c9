//! What the property tests draw from.
#![allow(dead_code, reason = "each test uses a part")]

#[path = "../../../../fuzz/src/naive.rs"]
#[allow(unreachable_pub)]
pub(crate) mod naive;

use proptest::prelude::*;
use proptest::sample::select;
use sentry_trace_core::decision::Decision;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sentry_trace::SentryTrace;

pub(crate) fn trace_id() -> impl Strategy<Value = TraceId> {
    any::<[u8; 16]>().prop_filter_map("not all zero", |bytes| TraceId::from_bytes(bytes).ok())
}

pub(crate) fn span_id() -> impl Strategy<Value = SpanId> {
    any::<[u8; 8]>().prop_filter_map("not all zero", |bytes| SpanId::from_bytes(bytes).ok())
}

pub(crate) fn decision() -> impl Strategy<Value = Decision> {
    any::<Option<bool>>().prop_map(Decision::from_option)
}

pub(crate) fn sentry_trace() -> impl Strategy<Value = SentryTrace> {
    let parts = (trace_id(), proptest::option::of(span_id()), decision());
    parts.prop_map(|(trace_id, span_id, decision)| SentryTrace {
        trace_id,
        span_id,
        decision,
    })
}

pub(crate) fn is_legal(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| matches!(byte, b'\t' | 0x20..=0x7e | 0x80..=0xff))
}

/// Any byte that may stand in a header value.
fn legal_byte() -> impl Strategy<Value = u8> {
    any::<u8>().prop_filter("legal", |byte| is_legal(&[*byte]))
}

/// Lines that look like baggage, from few members to many, with everything that reading stumbles over.
pub(crate) fn legal_lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    lines(prop_oneof![
        4 => token(),
        1 => proptest::collection::vec(legal_byte(), 0..6),
    ])
}

/// The same, and bytes that no header value may hold.
pub(crate) fn any_lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    lines(prop_oneof![
        8 => token(),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ])
}

fn lines(piece: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let line = proptest::collection::vec(piece, 0..150).prop_map(|pieces| pieces.concat());
    proptest::collection::vec(line, 0..4)
}

fn token() -> impl Strategy<Value = Vec<u8>> {
    let marks = select(vec![
        ",",
        ",",
        ",",
        "=",
        "=",
        ";",
        " ",
        "\t",
        "%",
        "%41",
        "%C3%A9",
        "%c3",
        "%80",
        "%ff",
        "%e2%82%ac",
        "%zz",
        "+",
        "é",
        "a",
        "Sentry-",
        "sentry-",
        ",sentry-",
        ",sentry-a=",
        ", sentry-b = 2 ;p=1",
        "vendor=1,",
    ]);
    let asked = select(vec!["org_id", "trace_id", "sample_rand", "sample_rate"]);
    prop_oneof![
        12 => marks.prop_map(|mark| mark.as_bytes().to_vec()),
        1 => (asked, 0..30_usize).prop_map(|(name, length)| {
            format!(",sentry-{name}={}", "v".repeat(length)).into_bytes()
        }),
        4 => (0..99_u8, 0..30_usize).prop_map(|(name, length)| {
            format!(",sentry-n{name}={}", "v".repeat(length)).into_bytes()
        }),
        1 => (0..3000_usize).prop_map(|length| vec![b'x'; length]),
    ]
}

/// Lines as the functions take them.
pub(crate) fn borrowed(lines: &[Vec<u8>]) -> impl Iterator<Item = &[u8]> + Clone {
    lines.iter().map(Vec::as_slice)
}
