//! The queue in front of a sink, and sinks that misbehave.
#![allow(clippy::unwrap_used)]

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::{root, tracer};
use sentry_trace_runtime::diagnostics::Diagnostic;
use sentry_trace_runtime::sink::{Loss, LossReason, Sink};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::Surroundings;
use sentry_trace_runtime::{Options, Tracer, Transaction};

/// What a test waits for at most; never waited for when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A sink that stands still while its gate is closed. Clones share it.
#[derive(Clone, Default)]
struct Gated {
    shared: Arc<GatedState>,
}

#[derive(Default)]
struct GatedState {
    open: Mutex<bool>,
    changed: Condvar,
    entered: AtomicUsize,
    lost: AtomicU64,
    lost_spans: AtomicU64,
    accepted: MemorySink,
}

impl Gated {
    fn open(&self) {
        *self.shared.open.lock().unwrap() = true;
        self.shared.changed.notify_all();
    }

    fn pass(&self) {
        self.shared.entered.fetch_add(1, Ordering::SeqCst);
        self.shared.changed.notify_all();
        let open = self.shared.open.lock().unwrap();
        drop(self.shared.changed.wait_while(open, |open| !*open).unwrap());
    }

    /// Waits until the sink's thread stands at the gate.
    fn wait_until_entered(&self) {
        while self.shared.entered.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
    }
}

impl Sink for Gated {
    fn accept(&self, transaction: Transaction) {
        self.pass();
        self.shared.accepted.accept(transaction);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        assert_eq!(reason.as_str(), "queue_overflow");
        self.shared
            .lost
            .fetch_add(loss.transactions, Ordering::SeqCst);
        self.shared
            .lost_spans
            .fetch_add(loss.spans, Ordering::SeqCst);
    }
}

fn behind_queue(sink: impl Sink, capacity: usize) -> Tracer {
    tracer(options(capacity).sink(sink))
}

fn options(capacity: usize) -> Options {
    Options::new()
        .traces_sample_rate(1.0)
        .sink_queue_capacity(capacity)
}

fn finish(tracer: &Tracer, transactions: usize) {
    for _ in 0..transactions {
        root(tracer, "work").run(|work| work.start_child("child").run(|_| ()));
    }
}

#[test]
fn a_blocked_sink_blocks_nobody_and_what_is_lost_is_counted() {
    const CAPACITY: usize = 8;
    let (sink, told) = (Gated::default(), Arc::new(Mutex::new(Vec::new())));
    let tracer = tracer(options(CAPACITY).sink(sink.clone()).on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.clone())
    }));
    // The sink's thread holds one; only then is it known how many fit.
    finish(&tracer, 1);
    sink.wait_until_entered();
    finish(&tracer, 9_999);

    // The gate is still closed.
    assert!(sink.shared.accepted.transactions().is_empty());
    let stats = tracer.stats();
    assert_eq!(stats.transactions, 1 + CAPACITY as u64);
    assert_eq!(stats.transactions + stats.dropped_transactions, 10_000);
    let powers = [1, 10, 100, 1000].map(Diagnostic::QueueFull);
    assert_eq!(*told.lock().unwrap(), powers);
    // A flush gives up instead of waiting for ever.
    assert!(!tracer.flush(Duration::from_millis(1)));

    sink.open();
    assert!(tracer.flush(PATIENCE));
    assert_eq!(sink.shared.accepted.take().len(), 1 + CAPACITY);
    let lost = sink.shared.lost.load(Ordering::SeqCst);
    assert_eq!(lost, tracer.stats().dropped_transactions);
    let lost_spans = sink.shared.lost_spans.load(Ordering::SeqCst);
    assert_eq!(lost_spans, 2 * lost, "the transaction and its child");
}

#[test]
fn a_flush_waits_for_what_was_finished() {
    let sink = MemorySink::new();
    let tracer = behind_queue(sink.clone(), 1000);
    for _ in 0..20 {
        finish(&tracer, 50);
        assert!(tracer.flush(PATIENCE));
        assert_eq!(sink.take().len(), 50);
    }
    assert!(tracer.flush(Duration::MAX), "any duration will do");
    assert!(common::tracer(options(1)).flush(Duration::ZERO), "no sink");
}

#[test]
fn a_flush_gets_through_a_queue_that_others_fill() {
    let sink = MemorySink::new();
    let tracer = behind_queue(sink.clone(), 1);
    let done = Mutex::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !*done.lock().unwrap() {
                finish(&tracer, 20);
            }
        });
        let flushed: Vec<_> = (0..200).map(|_| tracer.flush(PATIENCE)).collect();
        *done.lock().unwrap() = true;
        assert!(flushed.iter().all(|flushed| *flushed));
    });
}

#[test]
fn flushes_do_not_stand_in_each_others_way() {
    let tracer = behind_queue(MemorySink::new(), 1);
    thread::scope(|scope| {
        let flushes: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| (0..50).all(|_| tracer.flush(PATIENCE))))
            .collect();
        for flush in flushes {
            assert!(flush.join().unwrap());
        }
    });
}

/// Panics wherever a sink can.
#[derive(Default)]
struct Panicking {
    gate: Gated,
    arrived: MemorySink,
}

impl Sink for Panicking {
    fn accept(&self, transaction: Transaction) {
        self.gate.pass();
        if transaction.root.name == "bad" {
            panic!("on purpose");
        }
        self.arrived.accept(transaction);
    }

    fn lost(&self, _: LossReason, _: Loss) {
        panic!("on purpose");
    }

    fn flush(&self, _: Duration) -> bool {
        panic!("on purpose");
    }
}

#[test]
fn a_sink_that_panics_goes_on() {
    let (gate, arrived) = (Gated::default(), MemorySink::new());
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Panicking {
        gate: gate.clone(),
        arrived: arrived.clone(),
    };
    let tracer = tracer(options(1).sink(sink).on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.clone())
    }));
    drop(root(&tracer, "bad"));
    gate.wait_until_entered();
    drop(root(&tracer, "good"));
    drop(root(&tracer, "lost"));
    gate.open();
    let names = |transactions: Vec<Transaction>| -> Vec<_> {
        transactions.into_iter().map(|t| t.root.name).collect()
    };
    assert_eq!(names(arrived.wait_for(1, PATIENCE).unwrap()), ["good"]);
    assert!(!tracer.flush(PATIENCE), "a panic is no success");
    drop(root(&tracer, "after"));
    assert_eq!(names(arrived.wait_for(1, PATIENCE).unwrap()), ["after"]);

    assert_eq!(tracer.stats().sink_panics, 3, "accept, lost and flush");
    let told = told.lock().unwrap();
    let panics = told.iter().filter(|d| **d == Diagnostic::SinkPanicked);
    assert_eq!(panics.count(), 3);
}

#[test]
fn an_inline_sink_that_panics_does_not_reach_the_caller() {
    let sink = Panicking::default();
    sink.gate.open();
    let arrived = sink.arrived.clone();
    let tracer = tracer(Options::new().traces_sample_rate(1.0).inline_sink(sink));
    drop(root(&tracer, "bad"));
    drop(root(&tracer, "good"));
    assert_eq!(arrived.take().len(), 1);
    assert!(!tracer.flush(PATIENCE));
    assert_eq!(tracer.stats().sink_panics, 2);
}

/// Says what became of it when it is dropped.
struct Farewell {
    gated: Gated,
    gone: Sender<(usize, u64)>,
}

impl Sink for Farewell {
    fn accept(&self, transaction: Transaction) {
        self.gated.accept(transaction);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        self.gated.lost(reason, loss);
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let arrived = self.gated.shared.accepted.transactions().len();
        let lost = self.gated.shared.lost.load(Ordering::SeqCst);
        self.gone.send((arrived, lost)).unwrap();
    }
}

fn farewell() -> (Gated, Farewell, Receiver<(usize, u64)>) {
    let (gone, farewell) = channel();
    let gated = Gated::default();
    (gated.clone(), Farewell { gated, gone }, farewell)
}

#[test]
fn what_is_queued_is_delivered_when_the_last_tracer_goes() {
    let (gate, sink, gone) = farewell();
    let tracer = behind_queue(sink, 100);
    let clone = tracer.clone();
    let open = root(&tracer, "open");
    finish(&tracer, 60);
    drop((tracer, clone));
    // A span keeps its tracer.
    drop(open);
    gate.open();
    assert_eq!(gone.recv_timeout(PATIENCE), Ok((61, 0)));
}

#[test]
fn every_loss_is_reported_even_at_the_very_end() {
    for _ in 0..50 {
        let (gate, sink, gone) = farewell();
        gate.open();
        let tracer = behind_queue(sink, 1);
        finish(&tracer, 100);
        let lost = tracer.stats().dropped_transactions;
        drop(tracer);
        let arrived = usize::try_from(100 - lost).unwrap();
        assert_eq!(gone.recv_timeout(PATIENCE), Ok((arrived, lost)));
    }
}

#[test]
fn a_flush_hands_the_rest_of_its_time_to_the_sink() {
    struct Asking(Sender<Duration>);
    impl Sink for Asking {
        fn accept(&self, _: Transaction) {}
        fn flush(&self, timeout: Duration) -> bool {
            self.0.send(timeout).unwrap();
            false
        }
    }
    let (asked, timeouts) = channel();
    let queued = behind_queue(Asking(asked.clone()), 4);
    let inline = tracer(Options::new().inline_sink(Asking(asked)));
    for tracer in [queued, inline] {
        let before = Instant::now();
        assert!(!tracer.flush(PATIENCE), "what the sink says counts");
        let timeout = timeouts.recv().unwrap();
        assert!(timeout <= PATIENCE && timeout + before.elapsed() >= PATIENCE);
    }
}

#[test]
fn one_sink_that_panics_keeps_nothing_from_the_other() {
    struct Broken;
    impl Sink for Broken {
        fn accept(&self, _: Transaction) {
            panic!("on purpose");
        }
    }
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0);
    let tracer = Tracer::new(options.sink((Broken, sink.clone()))).unwrap();
    tracer.start_new_trace().start_span("work").start().finish();
    assert!(tracer.flush(Duration::from_secs(10)));
    assert_eq!(sink.take().len(), 1);
    assert_eq!(tracer.stats().sink_panics, 1);
}

/// Panics in each call.
struct AlwaysPanicking;

impl Sink for AlwaysPanicking {
    fn accept(&self, _: Transaction) {
        panic!("on purpose");
    }

    fn begin(&self) -> Option<Surroundings> {
        panic!("on purpose");
    }

    fn prepare(&self, _: &mut Transaction) {
        panic!("on purpose");
    }

    fn lost(&self, _: LossReason, _: Loss) {
        panic!("on purpose");
    }

    fn flush(&self, _: Duration) -> bool {
        panic!("on purpose");
    }
}

/// Notes each call.
struct Noting(Sender<&'static str>);

impl Sink for Noting {
    fn accept(&self, _: Transaction) {
        self.0.send("accept").unwrap();
    }

    fn begin(&self) -> Option<Surroundings> {
        self.0.send("begin").unwrap();
        Some(Arc::new(()))
    }

    fn prepare(&self, _: &mut Transaction) {
        self.0.send("prepare").unwrap();
    }

    fn lost(&self, _: LossReason, _: Loss) {
        self.0.send("lost").unwrap();
    }

    fn flush(&self, _: Duration) -> bool {
        self.0.send("flush").unwrap();
        true
    }
}

/// Makes each call that a sink has, and says how many of them panicked.
fn panics_of(sink: &impl Sink) -> usize {
    let (tracer, sent) = common::recording();
    drop(root(&tracer, "work"));
    let transaction = sent.take().remove(0);
    let calls: [&dyn Fn(); 5] = [
        &|| _ = sink.begin(),
        &|| sink.prepare(&mut transaction.clone()),
        &|| sink.accept(transaction.clone()),
        &|| sink.lost(LossReason::QueueOverflow, Loss::new(1, 1)),
        &|| _ = sink.flush(PATIENCE),
    ];
    let panics = |call: &&&dyn Fn()| catch_unwind(AssertUnwindSafe(call)).is_err();
    calls.iter().filter(panics).count()
}

#[test]
fn one_sink_that_panics_keeps_no_call_from_the_other() {
    const CALLS: [&str; 5] = ["begin", "prepare", "accept", "lost", "flush"];
    let (noted, calls) = channel();
    // What one of them remembers goes before a panic of the other.
    assert_eq!(panics_of(&(AlwaysPanicking, Noting(noted.clone()))), 4);
    assert_eq!(calls.try_iter().collect::<Vec<_>>(), CALLS);
    assert_eq!(panics_of(&(Noting(noted), AlwaysPanicking)), 4);
    assert_eq!(calls.try_iter().collect::<Vec<_>>(), CALLS);
    assert_eq!(panics_of(&(AlwaysPanicking, AlwaysPanicking)), 5);
}

/// Panics when it is dropped.
struct Mine;

impl Drop for Mine {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

/// A sink that panics when it is dropped, and so does what it remembers.
struct Mined {
    gate: Gated,
    _mine: Mine,
}

impl Mined {
    fn behind(gate: &Gated) -> Self {
        let gate = gate.clone();
        Self { gate, _mine: Mine }
    }
}

impl Sink for Mined {
    fn begin(&self) -> Option<Surroundings> {
        Some(Arc::new(Mine))
    }

    fn accept(&self, _: Transaction) {
        self.gate.pass();
    }
}

#[test]
fn what_a_sink_gave_may_panic_when_it_is_dropped() {
    let gate = Gated::default();
    let queued = behind_queue(Mined::behind(&gate), 1);
    drop(root(&queued, "accepted"));
    gate.wait_until_entered();
    drop(root(&queued, "waits"));
    drop(root(&queued, "refused"));
    assert_eq!(queued.stats().sink_panics, 1);
    gate.open();

    let inline = Options::new().traces_sample_rate(1.0);
    let inline = tracer(inline.inline_sink(Mined::behind(&gate)));
    let discarded = root(&inline, "discarded");
    discarded.discard_transaction();
    drop(discarded);
    assert_eq!(inline.stats().sink_panics, 1);
    let last = root(&inline, "goes with the sink");
    drop(inline);
    drop(last);
}
