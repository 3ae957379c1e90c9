//! What does not come to the sink: why, and how much.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{header, incoming, root, tracer};
use sentry_trace_runtime::sink::{Loss, LossReason, Sink};
use sentry_trace_runtime::{Options, Tracer, Transaction};

/// What a test waits for at most; never waited for when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// Notes what it is told of.
#[derive(Clone, Default)]
struct Ledger {
    told: Arc<Mutex<Vec<(LossReason, Loss)>>>,
}

impl Sink for Ledger {
    fn accept(&self, _: Transaction) {}

    fn lost(&self, reason: LossReason, loss: Loss) {
        self.told.lock().unwrap().push((reason, loss));
    }
}

impl Ledger {
    fn behind(&self, options: Options) -> Tracer {
        tracer(options.sink(self.clone()))
    }

    /// What it was told of since the last call.
    fn told(&self, tracer: &Tracer) -> Vec<(LossReason, Loss)> {
        assert!(tracer.flush(PATIENCE));
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

/// A transaction with that many children.
fn work(tracer: &Tracer, children: usize) {
    let root = root(tracer, "work");
    for _ in 0..children {
        root.start_child("child").start().finish();
    }
}

#[test]
fn what_sampling_leaves_out_is_told_with_all_its_spans() {
    let ledger = Ledger::default();
    let tracer = ledger.behind(Options::new().traces_sample_rate(0.0));
    work(&tracer, 2);
    work(&tracer, 0);
    let expected = (LossReason::SampleRate, Loss::new(2, 4));
    assert_eq!(ledger.told(&tracer), [expected]);
    assert_eq!(ledger.told(&tracer), [], "each loss is told once");

    let root = tracer.start_new_trace().start_span("kept");
    let root = root.sampled(true).start();
    root.start_child("child").start().finish();
    drop(root);
    assert_eq!(ledger.told(&tracer), []);
    work(&tracer, 1);
    let expected = (LossReason::SampleRate, Loss::new(1, 2));
    assert_eq!(ledger.told(&tracer), [expected]);
    assert_eq!(tracer.stats().unsampled_transactions, 3);
}

#[test]
fn the_senders_decision_and_an_explicit_one_count_too() {
    let ledger = Ledger::default();
    let tracer = ledger.behind(Options::new().traces_sample_rate(1.0));
    let header = header("0");
    let incoming = incoming(&header, "");
    drop(
        tracer
            .continue_trace(incoming)
            .start_span("left out")
            .start(),
    );
    let root = tracer.start_new_trace().start_span("left out");
    drop(root.sampled(false).start());
    let expected = (LossReason::SampleRate, Loss::new(2, 2));
    assert_eq!(ledger.told(&tracer), [expected]);
}

#[test]
fn children_that_are_started_later_are_no_part_of_it() {
    let ledger = Ledger::default();
    let tracer = ledger.behind(Options::new().traces_sample_rate(0.0));
    let root = root(&tracer, "work");
    let handle = root.handle().clone();
    drop(handle.start_child("in time").start());
    drop(root);
    for _ in 0..3 {
        drop(handle.start_child("late").start());
    }
    let expected = (LossReason::SampleRate, Loss::new(1, 2));
    assert_eq!(ledger.told(&tracer), [expected]);
}

#[test]
fn a_sampler_that_panics_is_told_apart_from_a_rate() {
    let ledger = Ledger::default();
    let panics = || Options::new().traces_sampler(|_| panic!("on purpose"));
    let tracer = ledger.behind(panics());
    work(&tracer, 2);
    let expected = (LossReason::CallbackError, Loss::new(1, 3));
    assert_eq!(ledger.told(&tracer), [expected]);

    let tracer = ledger.behind(panics().traces_sample_rate(0.0));
    work(&tracer, 2);
    let expected = (LossReason::SampleRate, Loss::new(1, 3));
    assert_eq!(ledger.told(&tracer), [expected], "the rate decides");
}

#[test]
fn where_nothing_was_to_be_recorded_nothing_is_lost() {
    let ledger = Ledger::default();
    let tracer = ledger.behind(Options::new());
    work(&tracer, 1);
    assert_eq!(
        ledger.told(&tracer),
        [],
        "no sampling is configured (rule R6)"
    );

    let tracer = ledger.behind(Options::new().traces_sample_rate(0.0));
    let ignored = tracer.start_new_trace().unrecorded();
    drop(ignored.start_child("child").start());
    drop(tracer.start_new_trace().scope());
    assert_eq!(ledger.told(&tracer), []);
}

#[test]
fn what_is_discarded_and_what_is_over_the_limit_are_told_apart() {
    let ledger = Ledger::default();
    let options = Options::new().traces_sample_rate(1.0).max_spans(3);
    let tracer = ledger.behind(options);
    work(&tracer, 5);
    let discarded = root(&tracer, "discarded");
    for _ in 0..4 {
        discarded.start_child("child").start().finish();
    }
    discarded.discard_transaction();
    drop(discarded);
    let expected = [
        (LossReason::EventProcessor, Loss::new(1, 4)),
        (LossReason::BufferOverflow, Loss::new(0, 3)),
    ];
    assert_eq!(ledger.told(&tracer), expected);
    let stats = tracer.stats();
    assert_eq!(
        (stats.discarded_transactions, stats.spans_over_limit),
        (1, 3)
    );
}
