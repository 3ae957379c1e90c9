//! What ends up in a transaction.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::HashSet;
use std::sync::{Arc, Barrier, Mutex};
use std::thread;

use common::{PARENT, header, incoming, recording, root, with_sink};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::transaction::TransactionSource;
use sentry_trace_runtime::{Options, SpanHandle, Text, Value, current_span, start_span};

#[test]
fn children_nest_below_whoever_was_current() {
    let (tracer, sink) = recording();
    let root = root(&tracer, "root");
    {
        let _root = root.make_current();
        start_span("a").run(|_| start_span("a.a").run(|_| ()));
        let b = start_span("b").start();
        start_span("c").run(|_| ());
        b.start_child("b.a").run(|_| ());
    }
    drop(root);

    let transaction = sink.take().remove(0);
    let tree: Vec<_> = transaction
        .spans
        .iter()
        .map(|span| {
            let parent = transaction
                .spans
                .iter()
                .find(|other| Some(other.span_id) == span.parent_span_id);
            if parent.is_none() {
                assert_eq!(span.parent_span_id, Some(transaction.root.span_id));
            }
            (
                span.name.as_ref(),
                parent.map(|parent| parent.name.as_ref()),
            )
        })
        .collect();
    assert_eq!(
        tree,
        [
            ("a", None),
            ("a.a", Some("a")),
            ("b", None),
            ("c", None),
            ("b.a", Some("b"))
        ]
    );
    assert_eq!(transaction.root.parent_span_id, None);
}

#[test]
fn what_is_set_is_recorded() {
    let (tracer, sink) = recording();
    let root = tracer
        .start_new_trace()
        .start_span("root")
        .op("task")
        .source(TransactionSource::Task)
        .data("early", 1)
        .enter();
    let child = start_span("child").op("db").data("a", "x").start();
    child.set_name("renamed");
    child.set_op("cache");
    child.set_status(SpanStatus::NotFound);
    child.set_data("a", "y");
    child.set_data("b", true);
    child.set_data_with(|data| data.set("c", 0.5));
    child.finish();
    start_span("plain").run(|_| ());
    start_span("with status")
        .start()
        .finish_with_status(SpanStatus::Aborted);
    current_span().set_data("late", 2);
    drop(root);

    let transaction = sink.take().remove(0);
    let root = &transaction.root;
    assert_eq!((root.name.as_ref(), root.op.as_ref()), ("root", "task"));
    assert_eq!(root.origin, "manual");
    assert_eq!(transaction.source, TransactionSource::Task);
    assert_eq!(root.data.get("early"), Some(&Value::Integer(1)));
    assert_eq!(root.data.get("late"), Some(&Value::Integer(2)));
    let [child, plain, with_status] = &transaction.spans[..] else {
        panic!("{:?}", transaction.spans);
    };
    assert_eq!(
        (child.name.as_ref(), child.op.as_ref()),
        ("renamed", "cache")
    );
    assert_eq!(child.status, Some(SpanStatus::NotFound));
    let data: Vec<_> = child.data.iter().collect();
    let (a, b, c) = (
        Value::Text("y".into()),
        Value::Bool(true),
        Value::Float(0.5),
    );
    assert_eq!(data, [("a", &a), ("b", &b), ("c", &c)]);
    assert_eq!((plain.op.as_ref(), plain.status), ("default", None));
    assert_eq!(with_status.status, Some(SpanStatus::Aborted));
}

#[test]
fn what_a_builder_was_given_is_not_copied() {
    let (tracer, sink) = recording();
    let (root_name, child_name) = ("root ".repeat(9), "child ".repeat(9));
    let given = [root_name.as_ptr(), child_name.as_ptr()];
    let root = tracer.start_new_trace().start_span(root_name).start();
    root.start_child(child_name).data("key", 1).start().finish();
    root.finish();
    let transaction = sink.take().remove(0);
    let child = &transaction.spans[0];
    assert_eq!([transaction.root.name.as_ptr(), child.name.as_ptr()], given);
    assert_eq!(child.data.get("key"), Some(&Value::Integer(1)));
    assert_eq!((&*child.op, &*child.origin), ("default", "manual"));
}

#[test]
fn a_child_renames_its_transaction() {
    let (tracer, sink) = recording();
    let root = root(&tracer, "GET /users/1").enter();
    start_span("handler").run(|span| {
        span.set_transaction_name("GET /users/{id}", TransactionSource::Route);
    });
    drop(root);
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.name, "GET /users/{id}");
    assert_eq!(transaction.source, TransactionSource::Route);
    assert_eq!(transaction.spans[0].name, "handler");
}

#[test]
fn the_root_of_a_continued_trace_hangs_below_the_sender() {
    let (tracer, sink) = recording();
    let header = header("1");
    let context = tracer.continue_trace(incoming(&header, ""));
    context.start_span("root").run(|_| ());
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.parent_span_id.unwrap().to_string(), PARENT);
}

#[test]
fn a_finish_counts_once() {
    let (tracer, sink) = recording();
    root(&tracer, "root").finish_with_status(SpanStatus::Ok);
    root(&tracer, "root").finish();
    let root = root(&tracer, "root").enter();
    start_span("child")
        .start()
        .finish_with_status(SpanStatus::Ok);
    drop(root);
    assert_eq!(sink.take().len(), 3);
    assert_eq!(tracer.stats().transactions, 3);
    assert_eq!(tracer.stats().late_spans, 0);
}

#[test]
fn spans_over_the_limit_are_counted() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(1.0).max_spans(3));
    let root = root(&tracer, "root").enter();
    for _ in 0..5 {
        start_span("flat").run(|span| span.set_data("k", 1));
    }
    // What hangs below a span that has no place has none either.
    start_span("over").run(|over| {
        assert!(!over.is_recording());
        start_span("below over").run(|below| {
            assert_ne!(below.span_id(), over.span_id());
            assert!(below.trace_data().is_some());
        });
    });
    drop(root);

    let transaction = sink.take().remove(0);
    assert_eq!(transaction.spans.len(), 3);
    assert_eq!(transaction.dropped_spans, 4);
    assert_eq!(tracer.stats().spans_over_limit, 4);
    assert_eq!(tracer.stats().late_spans, 0);
}

#[test]
fn children_that_are_late_are_counted() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    let (tracer, sink) = with_sink(
        Options::new()
            .traces_sample_rate(1.0)
            .on_diagnostic(move |diagnostic| tell.lock().unwrap().push(diagnostic.to_string())),
    );
    let root = root(&tracer, "root");
    let (open, handle) = (root.start_child("open").start(), root.handle().clone());
    drop(root);
    drop(open);
    assert_eq!(tracer.stats().late_spans, 1);

    let late = handle.start_child("late").start();
    assert_eq!(tracer.stats().late_spans, 2);
    assert!(!late.is_recording() && !handle.is_recording());
    let below = late.start_child("below late").start();
    assert_eq!(tracer.stats().late_spans, 3);
    for span in [&late, &below] {
        assert_eq!(span.trace_id(), handle.trace_id());
        span.set_name("x");
        span.set_data("k", 1);
        span.set_transaction_name("x", TransactionSource::Custom);
    }
    drop((late, below));
    assert_eq!(tracer.stats().late_spans, 3, "each once");
    assert_eq!(told.lock().unwrap().len(), 1);
    assert!(told.lock().unwrap()[0].contains("continuation"));

    let transactions = sink.take();
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].spans.len(), 1);
}

#[test]
fn children_that_are_open_at_the_end_are_cancelled() {
    let (tracer, sink) = recording();
    let root = root(&tracer, "root");
    let children = [
        root.start_child("open").start(),
        root.start_child("with status").start(),
        root.start_child("finished").start(),
    ];
    children[1].set_status(SpanStatus::Ok);
    let [open, with_status, finished] = children;
    finished.finish();
    drop(root);
    let spans = sink.take().remove(0).spans;
    let statuses: Vec<_> = spans.iter().map(|span| span.status).collect();
    assert_eq!(
        statuses,
        [Some(SpanStatus::Cancelled), Some(SpanStatus::Ok), None]
    );
    drop((open, with_status));
}

#[test]
fn a_discarded_transaction_does_not_arrive() {
    let (tracer, sink) = recording();
    let first = root(&tracer, "discarded").enter();
    start_span("child").run(|span| {
        assert!(span.is_recording());
        span.discard_transaction();
        assert!(!span.is_recording() && !span.root().is_recording());
    });
    drop(first);
    drop(root(&tracer, "kept"));
    let transactions = sink.take();
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].root.name, "kept");
    let stats = tracer.stats();
    assert_eq!((stats.discarded_transactions, stats.transactions), (1, 1));
}

#[test]
fn ids_are_unique_and_never_zero() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(1.0).max_spans(2000));
    for _ in 0..4 {
        let root = root(&tracer, "root");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..500).for_each(|_| drop(root.start_child("child").start())));
            }
        });
    }
    let transactions = sink.take();
    let spans = transactions
        .iter()
        .flat_map(|transaction| transaction.spans.iter().chain([&transaction.root]));
    let ids: HashSet<_> = spans.map(|span| span.span_id).collect();
    assert_eq!(ids.len(), 4 * 2001);
    let traces: HashSet<_> = transactions.iter().map(|t| t.trace_id).collect();
    let events: HashSet<_> = transactions.iter().map(|t| t.event_id).collect();
    assert_eq!((traces.len(), events.len()), (4, 4));
    for event in events {
        let text = event.to_string();
        let (version, variant) = (&text[12..13], &text[16..17]);
        assert!(version == "4" && "89ab".contains(variant), "{text}");
        assert_eq!(text.len(), 32);
    }
}

#[test]
fn children_of_other_threads_race_with_the_end_of_the_root() {
    let (tracer, sink) = recording();
    const ROUNDS: usize = 200;
    const CHILDREN: usize = 50;
    for _ in 0..ROUNDS {
        let root = root(&tracer, "root");
        let (handle, barrier) = (root.handle().clone(), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                (0..CHILDREN).for_each(|_| drop(handle.start_child("child").start()));
            });
            barrier.wait();
            drop(root);
        });
    }
    let transactions = sink.take();
    assert_eq!(transactions.len(), ROUNDS);
    for transaction in transactions {
        let root = &transaction.root;
        assert!(root.start <= root.end);
        for span in &transaction.spans {
            assert!(span.start <= span.end, "{span:?}");
            assert!(
                root.start <= span.start && span.end <= root.end,
                "{span:?} {root:?}"
            );
        }
    }
}

#[test]
fn what_is_set_may_look_at_its_own_trace() {
    struct Asks(SpanHandle);
    impl From<Asks> for Text {
        fn from(asks: Asks) -> Self {
            format!("recorded: {}", asks.0.is_recording()).into()
        }
    }
    impl From<Asks> for Value {
        fn from(asks: Asks) -> Self {
            asks.0.is_recording().into()
        }
    }
    let (tracer, sink) = recording();
    let root = root(&tracer, "root");
    let asks = || Asks(root.handle().clone());
    root.set_transaction_name(asks(), TransactionSource::Custom);
    root.set_transaction_data(asks(), asks());
    root.set_data("own", asks());
    root.set_op(asks());
    drop(root);
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.name, "recorded: true");
    let data = transaction.root.data.get("recorded: true");
    assert_eq!(data, Some(&true.into()));
}
