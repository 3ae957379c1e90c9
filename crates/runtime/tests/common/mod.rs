//! What several of the tests need.
#![allow(dead_code, reason = "no test file needs all of it")]

use sentry_trace_runtime::core::continuation::{Incoming, SingleLines};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Span, Tracer};

pub(crate) const TRACE: &str = "771a43a4192642f0b136d5159a501700";
pub(crate) const PARENT: &str = "1234567890abcdef";

/// A tracer that this process' own environment does not reach.
pub(crate) fn tracer(options: Options) -> Tracer {
    Tracer::new(options.ignore_environment()).expect("the options are good")
}

/// A tracer with these options and a sink that is called at once.
pub(crate) fn with_sink(options: Options) -> (Tracer, MemorySink) {
    let sink = MemorySink::new();
    (tracer(options.inline_sink(sink.clone())), sink)
}

/// A tracer that records everything.
pub(crate) fn recording() -> (Tracer, MemorySink) {
    with_sink(Options::new().traces_sample_rate(1.0))
}

pub(crate) fn root(tracer: &Tracer, name: &'static str) -> Span {
    tracer.start_new_trace().start_span(name).start()
}

pub(crate) fn incoming<'a>(sentry_trace: &'a str, baggage: &'a str) -> SingleLines<'a> {
    Incoming {
        sentry_trace: Some(sentry_trace.as_bytes()),
        baggage: (!baggage.is_empty()).then_some(baggage.as_bytes()),
        traceparent: None,
    }
}

/// `T-S` with this flag; no flag when it is empty.
pub(crate) fn header(flag: &str) -> String {
    let dash = if flag.is_empty() { "" } else { "-" };
    format!("{TRACE}-{PARENT}{dash}{flag}")
}

/// The members of a frozen context, in order.
pub(crate) fn members(dsc: &str) -> Vec<(&str, &str)> {
    dsc.split(',')
        .map(|member| {
            let member = member.strip_prefix("sentry-").expect("a sentry member");
            member.split_once('=').expect("a key and a value")
        })
        .collect()
}

pub(crate) fn names(dsc: &str) -> Vec<&str> {
    members(dsc).into_iter().map(|(name, _)| name).collect()
}

pub(crate) fn member<'a>(dsc: &'a str, name: &str) -> Option<&'a str> {
    let mut members = members(dsc).into_iter();
    members
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Rule R3: a decision that was made here agrees with the number that is passed on.
pub(crate) fn assert_invariant(dsc: &str) {
    let number = |name| -> f64 {
        let text = member(dsc, name).unwrap_or_else(|| panic!("{name} in {dsc}"));
        text.parse().expect("a number")
    };
    let sampled = match member(dsc, "sampled") {
        Some("true") => true,
        Some("false") => false,
        other => panic!("sampled is {other:?} in {dsc}"),
    };
    assert_eq!(
        number("sample_rand") < number("sample_rate"),
        sampled,
        "{dsc}"
    );
}
