//! Several tracers, and the global one. A file of its own: the global tracer is one of the whole process.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Mutex, MutexGuard, PoisonError};

use common::{TRACE, header, incoming, recording, root};
use sentry_trace_runtime::{
    Options, continue_trace, current_span, set_global, start_new_trace, start_span, trace_data,
    tracer, unset_global,
};

/// One test at a time, and no global tracer at its start.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    set_global(None);
    guard
}

#[test]
fn without_a_tracer_nothing_happens() {
    let _alone = alone();
    assert!(tracer().is_none() && start_new_trace().is_none());
    assert!(continue_trace(incoming(&header("1"), "")).is_none());
    assert!(trace_data().is_none());
    let result = start_span("nothing").op("x").data("k", 1).run(|span| {
        assert!(span.is_none() && span.tracer().is_none());
        span.set_name("x");
        span.set_data("k", 2);
        span.discard_transaction();
        assert!(span.start_child("below").start().is_none());
        assert!(current_span().is_none());
        7
    });
    assert_eq!(result, 7);
}

#[test]
fn the_global_tracer_is_set_replaced_and_taken_away() {
    let _alone = alone();
    let ((first, first_sink), (second, second_sink)) = (recording(), recording());
    assert!(set_global(first).is_none());
    start_span("one").run(|_| ());
    let before = set_global(second).expect("there was one");
    start_span("two").run(|_| assert!(trace_data().is_some()));
    assert!(set_global(None).is_some());
    start_span("none").run(|_| ());
    // Who holds it may go on with it.
    drop(root(&before, "three"));

    let names = |sink: &sentry_trace_runtime::testing::MemorySink| -> Vec<_> {
        sink.take().into_iter().map(|t| t.root.name).collect()
    };
    assert_eq!(names(&first_sink), ["one", "three"]);
    assert_eq!(names(&second_sink), ["two"]);
}

#[test]
fn what_becomes_the_tracer_may_look_at_the_global_one() {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use sentry_trace_runtime::Tracer;

    struct SameAgain;
    impl From<SameAgain> for Option<Tracer> {
        fn from(_: SameAgain) -> Self {
            // On a thread of its own, so that a look that has to wait gives up.
            let (seen, global) = channel();
            std::thread::spawn(move || seen.send(tracer()));
            global.recv_timeout(Duration::from_secs(10)).ok().flatten()
        }
    }
    let _alone = alone();
    set_global(recording().0);
    assert!(set_global(SameAgain).is_some());
    assert!(set_global(None).is_some());
}

#[test]
fn a_tracer_that_goes_takes_no_other_one_away() {
    let _alone = alone();
    let (first, _) = recording();
    set_global(first.clone());
    set_global(recording().0);
    assert!(unset_global(&first).is_none() && tracer().is_some());

    let comes_and_goes = || {
        let (own, _) = recording();
        for _ in 0..1_000_000 {
            set_global(own.clone());
            if let Some(gone) = unset_global(&own) {
                assert!(std::ptr::eq(gone.settings(), own.settings()));
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(comes_and_goes);
        comes_and_goes();
    });
    assert!(tracer().is_none());
}

#[test]
fn spans_outside_any_other_have_a_trace_of_their_own() {
    let _alone = alone();
    let (tracer, sink) = recording();
    set_global(tracer);
    start_span("one").run(|_| ());
    start_span("two").run(|_| ());
    let continued = header("1");
    let context = continue_trace(incoming(&continued, "")).unwrap();
    context.start_span("continued").run(|_| ());
    let traces: Vec<_> = sink.take().into_iter().map(|t| t.trace_id).collect();
    assert_ne!(traces[0], traces[1]);
    assert_eq!(traces[2].to_string(), TRACE);
    set_global(None);
}

#[test]
fn tracers_side_by_side_keep_their_own() {
    let _alone = alone();
    let ((one, one_sink), (two, two_sink)) = (recording(), recording());
    let (global, global_sink) = recording();
    set_global(global);
    let outer = root(&one, "one").enter();
    let inner = root(&two, "two").enter();
    start_span("below two").run(|_| ());
    drop(inner);
    start_span("below one").run(|_| ());
    drop(outer);
    for (sink, child) in [(one_sink, "below one"), (two_sink, "below two")] {
        let transaction = sink.take().remove(0);
        let children: Vec<_> = transaction.spans.iter().map(|s| s.name.as_ref()).collect();
        assert_eq!(children, [child]);
    }
    assert!(global_sink.take().is_empty());
    assert_eq!(tracer().unwrap().stats().transactions, 0);
    set_global(None);
}

#[test]
fn the_old_tracer_may_look_at_the_global_one_while_it_goes() {
    use sentry_trace_runtime::Transaction;
    use sentry_trace_runtime::sink::Sink;

    struct Looking;
    impl Sink for Looking {
        fn accept(&self, _: Transaction) {}
    }
    impl Drop for Looking {
        fn drop(&mut self) {
            set_global(tracer());
        }
    }

    let _alone = alone();
    set_global(common::tracer(Options::new().inline_sink(Looking)));
    drop(set_global(None));
    assert!(tracer().is_none());
}
