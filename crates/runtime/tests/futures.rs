//! The current span of futures.
#![allow(clippy::unwrap_used)]

mod common;

use std::future::{Future, pending, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use common::{recording, root};
use futures_util::FutureExt;
use sentry_trace_runtime::core::id::SpanId;
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::{TraceFutureExt, Tracer, carry_trace, current_span, start_span};
use tokio::task::yield_now;

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Says which span was current when it was dropped.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<Option<SpanId>>>>);

impl Witness {
    fn guard(&self) -> WitnessGuard {
        WitnessGuard(self.clone())
    }

    fn seen(&self) -> Vec<Option<SpanId>> {
        self.0.lock().unwrap().clone()
    }
}

struct WitnessGuard(Witness);

impl Drop for WitnessGuard {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().push(current_span().span_id());
    }
}

async fn stays_current(span: SpanId, yields: usize) {
    for _ in 0..yields {
        assert_eq!(current_span().span_id(), Some(span));
        yield_now().await;
    }
    assert_eq!(current_span().span_id(), Some(span));
}

async fn request(tracer: Tracer, number: usize) {
    let span = root(&tracer, "request");
    let id = span.span_id().unwrap();
    async {
        stays_current(id, number % 7).await;
        let child = start_span("child").start();
        let child_id = child.span_id().unwrap();
        stays_current(child_id, 5).in_trace_span(child).await;
        stays_current(id, 3).await;
        let spawned = tokio::spawn(stays_current(id, 3).in_current_trace());
        let blocking = carry_trace(|| current_span().span_id());
        assert_eq!(
            tokio::task::spawn_blocking(blocking).await.unwrap(),
            Some(id)
        );
        spawned.await.unwrap();
        assert!(
            tokio::spawn(async { current_span().is_none() })
                .await
                .unwrap()
        );
    }
    .in_trace_span(span)
    .await;
    assert!(current_span().is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_that_wander_between_threads_keep_their_spans() {
    let (tracer, sink) = recording();
    let tasks: Vec<_> = (0..300)
        .map(|number| tokio::spawn(request(tracer.clone(), number)))
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let transactions = sink.take();
    assert_eq!(transactions.len(), 300);
    for transaction in transactions {
        assert_eq!(transaction.spans.len(), 1);
        let child = &transaction.spans[0];
        assert_eq!(child.parent_span_id, Some(transaction.root.span_id));
        assert_eq!(child.status, None);
    }
}

#[tokio::test]
async fn joined_futures_each_have_their_own() {
    let (tracer, _sink) = recording();
    let outer = root(&tracer, "outer");
    let outer_id = outer.span_id().unwrap();
    async {
        let (left, right) = (start_span("left").start(), start_span("right").start());
        let ids = [left.span_id().unwrap(), right.span_id().unwrap()];
        tokio::join!(
            stays_current(ids[0], 5).in_trace_span(left),
            stays_current(ids[1], 8).in_trace_span(right),
            stays_current(outer_id, 6),
        );
        assert_eq!(current_span().span_id(), Some(outer_id));
    }
    .in_trace_span(outer)
    .await;
}

#[tokio::test]
async fn the_loser_of_a_select_is_cancelled_in_its_own_span() {
    let (tracer, sink) = recording();
    let outer = root(&tracer, "outer");
    let (outer_id, witness) = (outer.span_id(), Witness::default());
    let loser_id = async {
        let (winner, loser) = (start_span("winner").start(), start_span("loser").start());
        let loser_id = loser.span_id();
        let guard = witness.guard();
        tokio::select! {
            biased;
            () = async { let _guard = guard; pending::<()>().await }.in_trace_span(loser) => unreachable!(),
            () = async { yield_now().await }.in_trace_span(winner) => {}
        }
        assert_eq!(current_span().span_id(), outer_id);
        loser_id
    }
    .in_trace_span(outer)
    .await;

    assert_eq!(witness.seen(), [loser_id]);
    let spans = sink.take().remove(0).spans;
    let status = |name| spans.iter().find(|span| span.name == name).unwrap().status;
    assert_eq!(status("winner"), None);
    assert_eq!(status("loser"), Some(SpanStatus::Cancelled));
}

#[test]
fn a_future_that_is_never_polled_is_dropped_in_its_span() {
    let (tracer, sink) = recording();
    let (span, witness) = (root(&tracer, "never polled"), Witness::default());
    let (id, guard) = (span.span_id(), witness.guard());
    let future = async move {
        let _guard = guard;
    };
    drop(future.in_trace_span(span));
    assert_eq!(witness.seen(), [id]);
    assert!(current_span().is_none());
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.status, Some(SpanStatus::Cancelled));
    assert_eq!(tracer.stats().late_spans, 0);
}

#[test]
fn a_future_that_is_dropped_halfway_is_dropped_in_its_span() {
    let (tracer, sink) = recording();
    let (span, witness) = (root(&tracer, "halfway"), Witness::default());
    let (id, guard) = (span.span_id(), witness.guard());
    let elsewhere = root(&tracer, "elsewhere");
    let mut future = Box::pin(
        async move {
            let _guard = guard;
            let _child = start_span("child").start();
            pending::<()>().await;
        }
        .in_trace_span(span),
    );
    assert!(poll_once(future.as_mut()).is_pending());
    let _current = elsewhere.make_current();
    drop(future);
    assert_eq!(witness.seen(), [id]);
    assert_eq!(current_span().span_id(), elsewhere.span_id());

    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.status, Some(SpanStatus::Cancelled));
    assert_eq!(transaction.spans[0].status, None, "it finished by itself");
    assert_eq!(tracer.stats().late_spans, 0);
}

#[test]
fn what_a_done_future_drops_belongs_to_its_span() {
    struct Holding(Option<WitnessGuard>);
    impl Future for Holding {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            assert!(self.0.is_some());
            Poll::Ready(())
        }
    }

    let (tracer, sink) = recording();
    let (span, witness) = (root(&tracer, "done"), Witness::default());
    let id = span.span_id();
    let mut future = pin!(Holding(Some(witness.guard())).in_trace_span(span));
    assert!(poll_once(future.as_mut()).is_ready());
    assert_eq!(witness.seen(), [id]);
    assert_eq!(sink.take()[0].root.status, None);
}

#[tokio::test]
async fn a_panic_in_a_poll_restores_the_outer_span_and_is_the_status() {
    let (tracer, sink) = recording();
    let outer = root(&tracer, "outer");
    let outer_id = outer.span_id();
    async {
        let span = start_span("panics").start();
        let (id, witness) = (span.span_id(), Witness::default());
        let guard = witness.guard();
        let future = async move {
            let _guard = guard;
            let _entered = start_span("below").enter();
            yield_now().await;
            panic!("on purpose");
        };
        let caught = AssertUnwindSafe(future.in_trace_span(span)).catch_unwind();
        caught.await.unwrap_err();
        assert_eq!(current_span().span_id(), outer_id);
        assert_eq!(witness.seen(), [id]);
    }
    .in_trace_span(outer)
    .await;

    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.status, None);
    let panicked = Some(SpanStatus::InternalError);
    assert_eq!(transaction.spans[0].status, panicked);
    assert_eq!(transaction.spans[1].status, panicked);
    assert_eq!(tracer.stats().late_spans, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_panics_reports_internal_error() {
    let (tracer, sink) = recording();
    let span = root(&tracer, "task");
    let task = tokio::spawn(
        async {
            yield_now().await;
            panic!("on purpose");
        }
        .in_trace_span(span),
    );
    assert!(task.await.unwrap_err().is_panic());
    let status = sink.take()[0].root.status;
    assert_eq!(status, Some(SpanStatus::InternalError));
}

#[tokio::test]
async fn an_aborted_task_is_cancelled() {
    let (tracer, sink) = recording();
    let task = tokio::spawn(pending::<()>().in_trace_span(root(&tracer, "task")));
    yield_now().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    assert_eq!(sink.take()[0].root.status, Some(SpanStatus::Cancelled));
}

#[test]
fn guards_across_awaits_of_interleaved_local_tasks_stay_apart() {
    let (tracer, sink) = recording();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let local = tokio::task::LocalSet::new();
    let task = |name: &'static str, yields: usize| {
        let span = root(&tracer, name);
        let id = span.span_id().unwrap();
        async move {
            let outer = start_span("outer").enter();
            stays_current(outer.span_id().unwrap(), yields).await;
            let inner = start_span("inner").enter();
            stays_current(inner.span_id().unwrap(), yields + 2).await;
            drop(inner);
            stays_current(outer.span_id().unwrap(), 2).await;
            drop(outer);
            stays_current(id, 1).await;
        }
        .in_trace_span(span)
    };
    local.block_on(&runtime, async {
        let first = tokio::task::spawn_local(task("first", 3));
        let second = tokio::task::spawn_local(task("second", 4));
        first.await.unwrap();
        second.await.unwrap();
        assert!(current_span().is_none());
    });

    let transactions = sink.take();
    assert_eq!(transactions.len(), 2);
    for transaction in transactions {
        let [outer, inner] = &transaction.spans[..] else {
            panic!("{:?}", transaction.spans);
        };
        assert_eq!(outer.parent_span_id, Some(transaction.root.span_id));
        assert_eq!(inner.parent_span_id, Some(outer.span_id));
    }
}

#[test]
fn a_guard_across_an_await_is_dropped_with_its_future() {
    let (tracer, sink) = recording();
    let span = root(&tracer, "request");
    let witness = Witness::default();
    let (before, after) = (witness.guard(), witness.guard());
    let mut future = Box::pin(
        async move {
            let _dropped_last = after;
            let _entered = start_span("entered").enter();
            let _dropped_first = before;
            pending::<()>().await;
        }
        .in_trace_span(span),
    );
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(current_span().is_none());
    drop(future);
    assert!(current_span().is_none());

    let transaction = sink.take().remove(0);
    let ids = [transaction.spans[0].span_id, transaction.root.span_id];
    assert_eq!(witness.seen(), ids.map(Some));
}

#[test]
fn a_future_without_a_span_of_its_own_leaves_the_span_open() {
    let (tracer, sink) = recording();
    let span = root(&tracer, "shared");
    let id = span.span_id();
    let seen = async { current_span().span_id() }.in_trace(span.handle().clone());
    assert_eq!(seen.now_or_never().unwrap(), id);
    drop(pending::<()>().in_trace(span.handle().clone()));
    assert!(sink.transactions().is_empty());
    drop(span);
    assert_eq!(sink.take()[0].root.status, None);
}

#[test]
fn nested_polls_of_one_thread_restore_each_other() {
    let (tracer, _sink) = recording();
    let (outer, inner) = (root(&tracer, "outer"), root(&tracer, "inner"));
    let ids = [outer.span_id(), inner.span_id()];
    let mut inner = Box::pin(stays_current(ids[1].unwrap(), 10).in_trace_span(inner));
    let nesting = poll_fn(move |cx| {
        let polled = inner.as_mut().poll(cx);
        assert_eq!(current_span().span_id(), ids[0]);
        polled
    });
    let mut outer = Box::pin(nesting.in_trace_span(outer));
    while poll_once(outer.as_mut()).is_pending() {
        assert!(current_span().is_none());
    }
}
