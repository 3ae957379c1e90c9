//! The current span of threads, without futures.
#![allow(clippy::unwrap_used)]

mod common;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use common::{recording, root};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::{Span, SpanHandle, Tracer, carry_trace, current_span, start_span};

#[test]
fn guards_nest() {
    let (tracer, _sink) = recording();
    let (outer, inner) = (root(&tracer, "outer"), root(&tracer, "inner"));
    let outer_guard = outer.make_current();
    assert_eq!(current_span().span_id(), outer.span_id());
    {
        let _inner_guard = inner.make_current();
        assert_eq!(current_span().span_id(), inner.span_id());
        let _same_again = inner.make_current();
        let _none = SpanHandle::NONE.make_current();
        assert!(current_span().is_none());
    }
    assert_eq!(current_span().span_id(), outer.span_id());
    drop(outer_guard);
    assert!(current_span().is_none());
}

#[test]
fn an_entered_span_is_not_current_any_more_when_it_finishes() {
    use sentry_trace_runtime::sink::Sink;
    use sentry_trace_runtime::{Options, Transaction};

    struct Looking(Sender<bool>);
    impl Sink for Looking {
        fn accept(&self, _: Transaction) {
            self.0.send(current_span().is_none()).unwrap();
        }
    }

    let (seen, none_current) = channel();
    let options = Options::new().traces_sample_rate(1.0);
    let tracer = common::tracer(options.inline_sink(Looking(seen)));
    drop(root(&tracer, "entered").enter());
    root(&tracer, "run").run(|_| ());
    assert_eq!(none_current.try_iter().collect::<Vec<_>>(), [true, true]);
}

#[test]
fn a_panic_restores_the_outer_span_and_is_the_status() {
    let (tracer, sink) = recording();
    let outer = root(&tracer, "outer").enter();
    let panics: [fn(); 3] = [
        || start_span("run").run(|_| panic!("on purpose")),
        || {
            let _span = start_span("enter").enter();
            panic!("on purpose");
        },
        || {
            let _span = start_span("start").start();
            panic!("on purpose");
        },
    ];
    for panics in panics {
        catch_unwind(panics).unwrap_err();
        assert_eq!(current_span().span_id(), outer.span_id());
    }
    drop(outer);

    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.status, None);
    for span in &transaction.spans {
        assert_eq!(
            span.status,
            Some(SpanStatus::InternalError),
            "{}",
            span.name
        );
    }
    assert_eq!(transaction.spans.len(), 3);
}

#[test]
fn a_status_that_was_set_survives_a_panic() {
    let (tracer, sink) = recording();
    let call = || {
        root(&tracer, "work").run(|span| {
            span.set_status(SpanStatus::NotFound);
            panic!("on purpose");
        })
    };
    catch_unwind(AssertUnwindSafe(call)).unwrap_err();
    assert_eq!(sink.take()[0].root.status, Some(SpanStatus::NotFound));
}

/// Does with spans what a guard of a database does.
struct RollBack;

impl Drop for RollBack {
    fn drop(&mut self) {
        start_span("run").run(|_| ());
        start_span("start").start().finish();
    }
}

#[test]
fn a_span_in_a_destructor_has_no_part_in_the_panic_that_is_on_its_way() {
    let (tracer, sink) = recording();
    let outer = root(&tracer, "outer");
    let panics = || {
        outer.start_child("around").run(|_| {
            let _roll_back = RollBack;
            panic!("on purpose");
        })
    };
    catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    drop(outer);
    let statuses: Vec<_> = sink.take()[0].spans.iter().map(|s| s.status).collect();
    let around = Some(SpanStatus::InternalError);
    assert_eq!(statuses, [around, None, None]);
}

#[test]
fn threads_start_without_a_span_and_carry_trace_hands_it_over() {
    let (tracer, sink) = recording();
    let root = root(&tracer, "root").enter();
    let (bare, carried) = thread::scope(|scope| {
        let bare = scope.spawn(|| current_span().is_none());
        let carried = scope.spawn(carry_trace(|| {
            start_span("on a thread").run(|_| ());
            current_span().span_id()
        }));
        (bare.join().unwrap(), carried.join().unwrap())
    });
    assert!(bare);
    assert_eq!(carried, root.span_id());
    drop(root);
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.spans[0].name, "on a thread");
    assert_eq!(
        transaction.spans[0].parent_span_id,
        Some(transaction.root.span_id)
    );
}

#[test]
fn carry_trace_hands_over_what_was_current_when_it_was_called() {
    let (tracer, _sink) = recording();
    let (first, second) = (root(&tracer, "first"), root(&tracer, "second"));
    let closure = {
        let _guard = first.make_current();
        carry_trace(|| current_span().span_id())
    };
    let _guard = second.make_current();
    assert_eq!(closure(), first.span_id());
    assert_eq!(current_span().span_id(), second.span_id());
    let panics = carry_trace(|| panic!("on purpose"));
    catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    assert_eq!(current_span().span_id(), second.span_id());
}

#[test]
fn a_span_finishes_on_another_thread() {
    let (tracer, sink) = recording();
    let span = root(&tracer, "travels");
    let _guard = span.make_current();
    let id = span.span_id();
    thread::spawn(move || drop(span)).join().unwrap();
    assert_eq!(sink.take().len(), 1);
    // The guard here is not the span: it stays, and does no harm.
    assert_eq!(current_span().span_id(), id);
    start_span("late").run(|_| ());
    assert_eq!(tracer.stats().late_spans, 1);
}

/// Does what applications do when a thread ends, and says what was current then.
struct AtThreadExit {
    tracer: Tracer,
    span: Option<Span>,
    seen: Sender<SpanHandle>,
}

impl Drop for AtThreadExit {
    fn drop(&mut self) {
        self.seen.send(current_span()).unwrap();
        self.span.take();
        root(&self.tracer, "at exit").run(|_| start_span("below").run(|_| ()));
        let _guard = root(&self.tracer, "entered at exit").enter();
        carry_trace(|| current_span().trace_data())();
    }
}

thread_local! {
    static AT_THREAD_EXIT: RefCell<Option<AtThreadExit>> = const { RefCell::new(None) };
}

/// Storage that is registered first is torn down last: after ours, and after that of the random numbers.
#[test]
fn a_thread_may_use_spans_while_its_storage_is_torn_down() {
    let (tracer, sink) = recording();
    let (seen, at_exit) = channel();
    thread::spawn({
        let tracer = tracer.clone();
        move || {
            let value = AtThreadExit {
                tracer: tracer.clone(),
                span: None,
                seen,
            };
            AT_THREAD_EXIT.with(|slot| *slot.borrow_mut() = Some(value));
            let span = root(&tracer, "kept by the thread");
            // A guard that is never dropped leaves its span in the slot.
            std::mem::forget(span.make_current());
            AT_THREAD_EXIT.with(|slot| slot.borrow_mut().as_mut().unwrap().span = Some(span));
        }
    })
    .join()
    .unwrap();
    at_exit.recv().unwrap();
    let names: Vec<_> = sink.take().into_iter().map(|t| t.root.name).collect();
    assert_eq!(names, ["kept by the thread", "at exit", "entered at exit"]);
}

#[test]
fn the_root_of_any_span_is_the_first_of_its_transaction() {
    let (tracer, sink) = recording();
    let root = root(&tracer, "root");
    assert_eq!(root.root().span_id(), root.span_id());
    let child = root.start_child("a").start();
    let grandchild = child.start_child("b").start();
    grandchild.root().set_data("set", "by the grandchild");
    drop(grandchild);
    drop(root);
    let transaction = sink.take().remove(0);
    assert!(transaction.root.data.get("set").is_some());

    let scope = tracer.start_new_trace().scope();
    assert_eq!(scope.root().span_id(), scope.span_id());
    assert!(SpanHandle::NONE.root().is_none());
}

#[test]
fn a_note_is_told_once_for_each_key() {
    use std::sync::{Arc, Mutex};

    let told = Arc::new(Mutex::new(Vec::new()));
    let options = sentry_trace_runtime::Options::new().on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.to_string())
    });
    let tracer = common::tracer(options);
    for key in ["a", "b", "a"] {
        tracer.note_once("letter", key, || key.to_uppercase());
    }
    assert_eq!(*told.lock().unwrap(), ["A", "B"]);
    for key in 0..100 {
        tracer.note_once("letter", &key.to_string(), String::new);
    }
    assert_eq!(told.lock().unwrap().len(), 64);
    tracer.note_once("word", "a", String::new);
    assert_eq!(told.lock().unwrap().len(), 65);
}
