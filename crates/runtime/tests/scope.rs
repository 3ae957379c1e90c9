//! Traces that are entered without a span.
#![allow(clippy::unwrap_used)]

mod common;

use common::{
    PARENT, TRACE, assert_invariant, header, incoming, member, names, recording, with_sink,
};
use sentry_trace_runtime::core::decision::Decision;
use sentry_trace_runtime::core::sentry_trace::SentryTrace;
use sentry_trace_runtime::{Describe, Options, SpanHandle, Text, start_span};

const BAGGAGE: &str = "sentry-sample_rand=0.25,sentry-x=1";

/// What an adapter starts.
struct Call;

impl Describe for Call {
    fn name(&self) -> Text {
        "GET https://a.test/".into()
    }

    fn op(&self) -> Text {
        "http.client".into()
    }
}

#[test]
fn a_scope_passes_the_senders_decision_on_and_records_nothing() {
    let (tracer, sink) = recording();
    for (flag, decision) in [
        ("1", Decision::Sampled),
        ("0", Decision::NotSampled),
        ("", Decision::Deferred),
    ] {
        let header = header(flag);
        let scope = tracer.continue_trace(incoming(&header, BAGGAGE)).scope();
        assert_eq!(scope.decision(), decision);
        assert!(!scope.is_recording() && !scope.needs_name());
        let data = scope.trace_data().unwrap();
        let own = scope.span_id().unwrap().to_string();
        assert_ne!(own, PARENT);
        assert_eq!(data.sentry_trace.replace(&own, PARENT), header);
        assert_eq!(data.baggage.as_deref(), Some(BAGGAGE));
        scope.set_data("k", 1);
        scope.discard_transaction();
    }
    assert!(sink.take().is_empty());
    assert_eq!(tracer.stats(), Default::default());
}

#[test]
fn what_an_adapter_starts_in_a_scope_of_the_sender_names_the_sender() {
    let (tracer, sink) = recording();
    let header = header("1");
    let received = tracer.continue_trace(incoming(&header, BAGGAGE));
    let in_process = SentryTrace::parse(header.as_bytes()).unwrap();
    let in_process = tracer.continue_in_process(in_process);
    for context in [received, in_process] {
        let scope = context.scope_of_sender();
        let span = scope.start_described_child(&mut Call);
        let below = span.start_described_child(&mut Call);
        for handle in [&scope, span.handle(), below.handle()] {
            assert_eq!(handle.sentry_trace().unwrap().to_string(), header);
            assert_eq!(handle.baggage(), scope.baggage());
        }
        below.start_child("root").run(|_| ());
        drop((below, span));
        let [root] = &sink.take()[..] else {
            panic!("one transaction");
        };
        let parent = root.root.parent_span_id;
        assert_eq!(parent.map(|id| id.to_string()).as_deref(), Some(PARENT));
    }
}

#[test]
fn what_an_adapter_starts_in_another_scope_has_an_id_of_its_own() {
    let (tracer, _sink) = recording();
    let header = header("1");
    let received = || tracer.continue_trace(incoming(&header, BAGGAGE));
    for scope in [
        received().scope(),
        received().unrecorded(),
        tracer.start_new_trace().scope_of_sender(),
    ] {
        let span = scope.start_described_child(&mut Call);
        assert_ne!(span.span_id(), scope.span_id());
        assert_ne!(span.span_id().unwrap().to_string(), PARENT);
    }
}

#[test]
fn a_span_in_a_scope_is_a_root_of_the_same_trace() {
    let (tracer, sink) = recording();
    let header = header("1");
    let scope = tracer.continue_trace(incoming(&header, BAGGAGE)).scope();
    {
        let _current = scope.make_current();
        start_span("first").run(|_| start_span("child").run(|_| ()));
        start_span("second").run(|_| ());
    }
    scope.start_child("third").run(|_| ());
    let transactions = sink.take();
    let roots: Vec<_> = transactions.iter().map(|t| t.root.name.as_ref()).collect();
    assert_eq!(roots, ["first", "second", "third"]);
    for transaction in &transactions {
        assert_eq!(transaction.trace_id.to_string(), TRACE);
        let parent = transaction.root.parent_span_id.unwrap();
        assert_eq!(parent.to_string(), PARENT);
        assert_eq!(transaction.dsc.as_deref(), Some(BAGGAGE));
    }
    assert_eq!(transactions[0].spans[0].name, "child");
    assert_ne!(transactions[0].root.span_id, transactions[1].root.span_id);
}

#[test]
fn a_root_in_a_deferred_scope_decides_with_the_same_number() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(0.3));
    let header = header("");
    let scope = tracer
        .continue_trace(incoming(&header, "sentry-x=1"))
        .scope();
    let passed_on = member(scope.baggage().unwrap(), "sample_rand");
    let roots = [0, 1].map(|_| scope.start_child("root").start());
    for root in &roots {
        let dsc = root.baggage().unwrap();
        assert_eq!(member(dsc, "sample_rand"), passed_on);
        assert_eq!(names(dsc), ["x", "sample_rand", "sample_rate", "sampled"]);
        assert_invariant(dsc);
    }
    assert_eq!(roots[0].decision(), roots[1].decision());
    drop(roots);
    drop(sink);
}

#[test]
fn an_empty_context_stays_empty() {
    let (tracer, sink) = recording();
    let header = header("");
    let scope = tracer.continue_trace(incoming(&header, "")).scope();
    assert_eq!(scope.baggage(), None);
    scope.start_child("root").run(|root| {
        assert_eq!(root.baggage(), None);
        assert_eq!(root.remote_parent_span_id().unwrap().to_string(), PARENT);
    });
    assert_eq!(sink.take().remove(0).dsc, None);
}

#[test]
fn a_root_in_the_scope_of_a_new_trace_is_its_head() {
    let (tracer, sink) = recording();
    let scope = tracer.start_new_trace().scope();
    scope.start_child("root").run(|_| ());
    let transaction = sink.take().remove(0);
    assert_eq!(Some(transaction.trace_id), scope.trace_id());
    assert_eq!(transaction.root.parent_span_id, None);
    let dsc = transaction.dsc.unwrap();
    assert_eq!(member(&dsc, "transaction"), Some("root"));
    assert_invariant(&dsc);
}

#[test]
fn a_context_that_went_out_from_the_scope_is_kept() {
    let (tracer, sink) = recording();
    let scope = tracer.start_new_trace().scope();
    let frozen = scope.baggage().unwrap().to_owned();
    assert_eq!(names(&frozen), ["trace_id", "sample_rand", "environment"]);
    scope.start_child("root").run(|_| ());
    let dsc = sink.take().remove(0).dsc.unwrap();
    // The decision is written into it (rule R3); the name comes too late.
    assert_eq!(
        dsc.as_str(),
        format!("{frozen},sentry-sample_rate=1,sentry-sampled=true")
    );
    assert_eq!(scope.baggage(), Some(&*frozen));
}

#[test]
fn a_trace_has_one_context_whichever_of_its_roots_freezes_it() {
    let (tracer, sink) = recording();
    let scope = tracer.start_new_trace().scope();
    let first = scope
        .start_child("first")
        .run(|span| span.baggage().unwrap().to_owned());
    assert!(first.contains("sentry-transaction=first"), "{first}");
    assert_eq!(scope.baggage(), Some(&*first));
    scope.start_child("second").run(|_| ());
    for transaction in sink.take() {
        assert_eq!(transaction.dsc.unwrap().as_str(), first);
    }
}

#[test]
fn a_context_with_the_most_members_keeps_them_and_its_number() {
    let (tracer, _sink) = recording();
    let baggage: Vec<_> = (0..64).map(|n| format!("sentry-m{n}={n}")).collect();
    let (header, baggage) = (header(""), baggage.join(","));
    let scope = tracer.continue_trace(incoming(&header, &baggage)).scope();
    let passed_on = scope.baggage().unwrap();
    assert_eq!(names(passed_on).len(), 65);
    let root = scope.start_child("root").start();
    let dsc = root.baggage().unwrap();
    assert!(dsc.starts_with(passed_on), "{dsc}");
    assert_eq!(names(dsc).len(), 67);
}

#[test]
fn nothing_is_recorded_where_that_was_asked_for() {
    let (tracer, sink) = recording();
    for (flag, decision) in [("1", Decision::Sampled), ("", Decision::Deferred)] {
        let header = header(flag);
        let context = tracer.continue_trace(incoming(&header, BAGGAGE));
        let handle = context.unrecorded();
        assert_eq!(handle.decision(), decision);
        let _current = handle.make_current();
        start_span("child").run(|child| {
            assert!(!child.is_recording());
            let data = child.trace_data().unwrap();
            let own = child.span_id().unwrap().to_string();
            assert_eq!(data.sentry_trace.replace(&own, PARENT), header);
            assert_eq!(data.baggage.as_deref(), Some(BAGGAGE));
        });
    }
    assert!(sink.take().is_empty());
}

#[test]
fn work_that_outlives_its_request_continues_its_trace() {
    let (tracer, sink) = recording();
    let header = header("1");
    let received = tracer.continue_trace(incoming(&header, BAGGAGE));
    for context in [received, tracer.start_new_trace()] {
        let request = context.start_span("request").start();
        let child = request.start_child("enqueue").start();
        let (id, baggage) = (child.span_id(), child.baggage().map(str::to_owned));
        let continuation = child.continuation().unwrap();
        drop((child, request));
        continuation.start_span("job").run(|job| {
            assert!(job.is_recording());
            assert_eq!(job.remote_parent_span_id(), id);
            assert_eq!(job.baggage().map(str::to_owned), baggage);
        });
        let [request, job] = &sink.take()[..] else {
            panic!("two transactions");
        };
        assert_eq!(job.trace_id, request.trace_id);
        assert_eq!(job.root.parent_span_id, id);
        assert_eq!(job.dsc, request.dsc);
    }
    assert!(SpanHandle::NONE.continuation().is_none());
}

#[test]
fn what_continues_a_span_without_a_place_hangs_below_its_request() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(1.0).max_spans(1));
    let request = tracer.start_new_trace().start_span("request").start();
    let kept = request.start_child("kept").start();
    let over = kept.start_child("over").start();
    let below_over = over.start_child("below over").start();
    let (id, handle) = (request.span_id(), request.handle().clone());
    drop((kept, request));
    let late = handle.start_child("late").start();
    drop(sink.take());
    for span in [over, below_over, late] {
        span.continuation().unwrap().start_span("job").run(|_| ());
        assert_eq!(sink.take()[0].root.parent_span_id, id);
    }
}

#[test]
fn a_context_that_is_longer_than_a_header_is_continued_whole() {
    let release = "r".repeat(9000);
    let (tracer, _sink) = with_sink(Options::new().traces_sample_rate(1.0).release(release));
    let request = tracer.start_new_trace().start_span("request").start();
    let job = request.continuation().unwrap().start_span("job").start();
    assert_eq!(job.baggage(), request.baggage());
    assert!(job.baggage().unwrap().len() > 9000);
}

#[test]
fn what_continues_unrecorded_work_hangs_below_the_sender() {
    let (tracer, sink) = recording();
    let header = header("1");
    let handle = tracer
        .continue_trace(incoming(&header, BAGGAGE))
        .unrecorded();
    handle.continuation().unwrap().start_span("job").run(|_| ());
    let parent = sink.take()[0].root.parent_span_id;
    assert_eq!(parent.map(|id| id.to_string()).as_deref(), Some(PARENT));
}
