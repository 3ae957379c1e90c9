//! The times of spans.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use common::{root, with_sink};
use sentry_trace_runtime::Options;
use sentry_trace_runtime::clock::{Clock, Timestamp};
use sentry_trace_runtime::testing::StoppedClock;
use sentry_trace_runtime::transaction::SpanRecord;

fn micros(span: &SpanRecord) -> (u64, u64) {
    (span.start.as_micros(), span.end.as_micros())
}

#[test]
fn times_are_those_of_the_clock() {
    let clock = StoppedClock::at(Timestamp::from_micros(1_700_000_000_000_000));
    let options = Options::new().traces_sample_rate(1.0).clock(clock.clone());
    let (tracer, sink) = with_sink(options);
    let advance = |millis| clock.advance(Duration::from_millis(millis));

    let root = root(&tracer, "root");
    advance(1);
    let child = root.start_child("child").start();
    let open = root.start_child("open").start();
    advance(2);
    child.finish();
    advance(4);
    root.finish();
    advance(8);
    drop(open);

    let transaction = sink.take().remove(0);
    let base = 1_700_000_000_000_000;
    assert_eq!(micros(&transaction.root), (base, base + 7_000));
    assert_eq!(micros(&transaction.spans[0]), (base + 1_000, base + 3_000));
    assert_eq!(micros(&transaction.spans[1]), (base + 1_000, base + 7_000));
    assert_eq!(
        transaction.root.end.since(transaction.root.start),
        Duration::from_millis(7)
    );
    assert_eq!(transaction.root.start.to_string(), "1700000000.000000");
}

/// Each look at it costs a microsecond, as with a real clock.
#[derive(Default)]
struct Ticking(AtomicU64);

impl Clock for Ticking {
    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(self.monotonic())
    }

    fn monotonic(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

#[test]
fn an_open_child_ends_exactly_with_the_root() {
    let options = Options::new().traces_sample_rate(1.0);
    let (tracer, sink) = with_sink(options.clock(Ticking::default()));
    let root = root(&tracer, "root");
    let open = root.start_child("open").start();
    drop(root);
    drop(open);
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.spans[0].end, transaction.root.end);
}

/// Clocks that run backwards: 1000, 999, 998 and so on.
struct Backwards {
    wall: AtomicU64,
    monotonic: AtomicU64,
    step: u64,
}

impl Clock for Backwards {
    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(self.wall.fetch_sub(1, Ordering::SeqCst))
    }

    fn monotonic(&self) -> u64 {
        self.monotonic.fetch_sub(self.step, Ordering::SeqCst)
    }
}

#[test]
fn no_span_ends_before_it_starts() {
    for step in [0, 1] {
        let clock = Backwards {
            wall: AtomicU64::new(1000),
            monotonic: AtomicU64::new(1000),
            step,
        };
        let options = Options::new().traces_sample_rate(1.0).clock(clock);
        let (tracer, sink) = with_sink(options);
        let root = root(&tracer, "root");
        let open = root.start_child("open").start();
        for _ in 0..10 {
            root.start_child("child").run(|span| span.set_data("k", 1));
        }
        drop(root);
        drop(open);
        let transaction = sink.take().remove(0);
        for span in transaction.spans.iter().chain([&transaction.root]) {
            assert!(span.start <= span.end, "{span:?}");
        }
    }
}

/// Forwards first, then back below where a child has started.
struct Script(AtomicU64);

impl Clock for Script {
    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(u64::MAX - 10)
    }

    fn monotonic(&self) -> u64 {
        [0, 100, 5, 3][usize::try_from(self.0.fetch_add(1, Ordering::SeqCst).min(3)).unwrap()]
    }
}

#[test]
fn times_beyond_all_bounds_do_no_harm() {
    let options = Options::new().traces_sample_rate(1.0);
    let (tracer, sink) = with_sink(options.clock(Script(AtomicU64::new(0))));
    let root = root(&tracer, "root");
    root.start_child("child").run(|_| ());
    drop(root);
    let transaction = sink.take().remove(0);
    for span in transaction.spans.iter().chain([&transaction.root]) {
        assert!(span.start <= span.end, "{span:?}");
    }
}
