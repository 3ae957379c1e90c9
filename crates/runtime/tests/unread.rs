//! A context that is kept unread says the same as one that is read at once (rules R2 to R6).

mod common;

use common::{header, with_sink};
use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, TraceContext, Tracer};

const MEMBERS: [&str; 14] = [
    "",
    "vendor=x",
    "sentry-trace_id=771a43a4192642f0b136d5159a501700",
    "sentry-trace_id=771a43a4192642f0b136d5159a501701",
    "sentry-release=1%2E0",
    "sentry-release=2;property",
    " sentry-a = 1 ",
    "sentry-sample_rand=0.25",
    "sentry-sample_rand=2",
    "sentry-sample_rate=0.5",
    "sentry-org_id=42",
    "sentry-org_id=7",
    "sentry-b=%zz",
    "sentry-b=%20",
];

/// All lines of three of the members.
fn lines() -> impl Iterator<Item = String> {
    let pairs = MEMBERS.iter().flat_map(|a| MEMBERS.map(|b| [*a, b]));
    pairs.flat_map(|[a, b]| MEMBERS.map(|c| [a, b, c].join(",")))
}

/// A second line, which says nothing, has the first one read at once.
fn continued(tracer: &Tracer, flag: &str, baggage: &[&str]) -> TraceContext {
    let header = header(flag);
    tracer.continue_trace(Incoming {
        sentry_trace: [header.as_bytes()],
        baggage: baggage.iter().map(|line| line.as_bytes()),
        traceparent: [],
    })
}

/// What goes out of all that can be started in a trace, and what the sink gets.
fn said(context: &TraceContext, sink: &MemorySink) -> Vec<Option<String>> {
    let root = context.clone().start_span("root").start();
    let recorded = context.clone().start_span("forced").sampled(true).start();
    let below = root
        .continuation()
        .map(|below| below.start_span("below").start());
    let scope = context.clone().scope();
    let in_scope = scope.start_child("in the scope").start();
    let handles = [root.handle(), recorded.handle(), &scope, in_scope.handle()];
    let handles = handles.into_iter().chain(below.as_deref());
    let mut said: Vec<_> = handles
        .map(|handle| handle.baggage().map(str::to_owned))
        .collect();
    drop((root, recorded, below, scope, in_scope));
    let sent = sink.take().into_iter();
    said.extend(sent.map(|transaction| transaction.dsc.map(|dsc| dsc.to_string())));
    said
}

fn assert_the_same(options: Options, flags: &[&str]) {
    let (tracer, sink) = with_sink(options.org_id("42"));
    for line in lines() {
        for flag in flags {
            let unread = continued(&tracer, flag, &[&line]);
            let read = continued(&tracer, flag, &[&line, ""]);
            assert_eq!(unread.is_continued(), read.is_continued(), "{line:?}");
            if read.is_continued() {
                assert_eq!(said(&unread, &sink), said(&read, &sink), "{flag} {line:?}");
            }
        }
    }
}

#[test]
fn in_a_trace_that_is_not_sampled() {
    assert_the_same(Options::new().traces_sample_rate(1.0), &["0"]);
}

#[test]
fn where_nothing_is_recorded() {
    assert_the_same(Options::new(), &["0", "1", ""]);
}

#[test]
fn where_another_organisation_is_refused() {
    let options = Options::new().strict_trace_continuation(true);
    assert_the_same(options.traces_sample_rate(1.0), &["0"]);
}
