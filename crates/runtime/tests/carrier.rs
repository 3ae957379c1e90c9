//! The trace in messages.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, HashMap};

use common::{PARENT, TRACE, header, incoming, recording, root, tracer};
use sentry_trace_runtime::carrier::{extract, inject};
use sentry_trace_runtime::{Options, SpanHandle};

fn message(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    entries.iter().map(owned).collect()
}

#[test]
fn an_empty_message_gets_both() {
    let (tracer, _sink) = recording();
    let span = root(&tracer, "publish");
    let mut sent = HashMap::new();
    inject(&span, &mut sent);
    let data = span.trace_data().unwrap();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent["sentry-trace"], data.sentry_trace);
    assert_eq!(Some(&sent["baggage"]), data.baggage.as_ref());

    let received = tracer
        .continue_trace(extract(&sent))
        .start_span("x")
        .start();
    assert_eq!(received.trace_id(), span.trace_id());
    assert_eq!(received.remote_parent_span_id(), span.span_id());
    assert_eq!(received.decision(), span.decision());
    assert_eq!(received.baggage(), span.baggage());
}

#[test]
fn a_trace_that_is_there_is_left_alone() {
    let (tracer, _sink) = recording();
    let before = message(&[("sentry-trace", "mine"), ("baggage", "sentry-old=1")]);
    let mut after = before.clone();
    inject(&root(&tracer, "publish"), &mut after);
    assert_eq!(after, before);
}

#[test]
fn foreign_baggage_is_kept_and_old_members_of_ours_go() {
    let (tracer, _sink) = recording();
    let span = root(&tracer, "publish");
    let mut sent = message(&[("baggage", " a = 1;p ,sentry-release=old,b"), ("k", "v")]);
    inject(&span, &mut sent);
    let own = span.baggage().unwrap();
    assert_eq!(sent["baggage"], format!(" a = 1;p ,b,{own}"));
    assert_eq!(sent["k"], "v");
}

#[test]
fn an_empty_context_writes_no_baggage() {
    let (tracer, _sink) = recording();
    let header = header("1");
    let context = tracer.continue_trace(incoming(&header, ""));
    let span = context.start_span("publish").start();
    let mut sent = message(&[]);
    inject(&span, &mut sent);
    assert_eq!(Vec::from_iter(sent.keys()), ["sentry-trace"]);
    let mut sent = message(&[("baggage", "a=1")]);
    inject(&span, &mut sent);
    assert_eq!(sent["baggage"], "a=1");
    // Members of another trace go all the same.
    let mut sent = message(&[("baggage", "sentry-old=2")]);
    inject(&span, &mut sent);
    assert_eq!(sent["baggage"], "");
}

#[test]
fn no_span_writes_nothing() {
    let mut sent = message(&[]);
    inject(&SpanHandle::NONE, &mut sent);
    assert!(sent.is_empty());
}

#[test]
fn traceparent_goes_along_by_option_and_does_not_replace_one() {
    let tracer = tracer(Options::new().propagate_traceparent(true));
    let header = header("1");
    let span = tracer.continue_trace(incoming(&header, "")).scope();
    let own = span.span_id().unwrap();
    let mut sent = message(&[]);
    inject(&span, &mut sent);
    assert_eq!(sent["traceparent"], format!("00-{TRACE}-{own}-01"));
    let theirs = format!("00-{TRACE}-{PARENT}-00");
    let mut sent = message(&[("traceparent", &theirs)]);
    inject(&span, &mut sent);
    assert_eq!(sent["traceparent"], theirs);
}

#[test]
fn a_message_without_a_trace_starts_a_new_one() {
    let (tracer, _sink) = recording();
    let received = message(&[
        ("baggage", "sentry-release=1"),
        ("Sentry-Trace", &header("1")),
    ]);
    let context = tracer.continue_trace(extract(&received));
    assert!(!context.is_continued());
    assert_ne!(context.trace_id().to_string(), TRACE);
}
