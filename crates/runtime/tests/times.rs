//! The times of spans that somebody else measured.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use common::{root, with_sink};
use sentry_trace_runtime::clock::{Clock, Timestamp};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::{MemorySink, StoppedClock};
use sentry_trace_runtime::transaction::SpanRecord;
use sentry_trace_runtime::{Options, Tracer};

const NOW: u64 = 1_700_000_000_000_000;

/// So many microseconds after, or before, the start of the test.
fn at(offset: i64) -> Timestamp {
    Timestamp::from_micros(NOW.saturating_add_signed(offset))
}

fn stopped() -> (Tracer, MemorySink, impl Fn(u64)) {
    let clock = StoppedClock::at(at(0));
    let options = Options::new().traces_sample_rate(1.0).clock(clock.clone());
    let (tracer, sink) = with_sink(options);
    let advance = move |micros| clock.advance(Duration::from_micros(micros));
    (tracer, sink, advance)
}

fn times(span: &SpanRecord) -> (Timestamp, Timestamp) {
    (span.start, span.end)
}

#[test]
fn a_span_has_the_times_that_it_was_given() {
    let (tracer, sink, advance) = stopped();
    let root = tracer.start_new_trace().start_span("root");
    let root = root.started_at(at(-500)).start();
    advance(7);
    let wait = root.start_child("wait").started_at(at(-900)).start();
    wait.finish_at(at(-30));
    let row = root.start_child("row").started_at(at(3)).start();
    row.finish();
    root.start_child("until").start().finish_at(at(9));
    root.finish_at(at(400));

    let transaction = sink.take().remove(0);
    assert_eq!(times(&transaction.root), (at(-500), at(400)));
    let spans: Vec<_> = transaction.spans.iter().map(times).collect();
    let expected = [(at(-900), at(-30)), (at(3), at(7)), (at(7), at(9))];
    assert_eq!(spans, expected);
    let mut statuses = transaction.spans.iter().map(|span| span.status);
    assert!(statuses.all(|status| status.is_none()));
}

#[test]
fn what_is_measured_is_not_shifted_by_a_root_that_starts_at_another_time() {
    for given in [-3_600_000_000, -1, 0, 1, 3_600_000_000] {
        let (tracer, sink, advance) = stopped();
        let root = tracer.start_new_trace().start_span("root");
        let root = root.started_at(at(given)).start();
        advance(10);
        let child = root.start_child("child").start();
        advance(20);
        child.finish();
        advance(40);
        root.finish();

        let transaction = sink.take().remove(0);
        let end = at(70).max(at(given));
        assert_eq!(times(&transaction.root), (at(given), end));
        assert_eq!(times(&transaction.spans[0]), (at(10), at(30)));
    }
}

#[test]
fn the_first_and_the_last_time_there_are_may_be_given() {
    let (tracer, sink, advance) = stopped();
    let (first, last) = (Timestamp::from_micros(0), Timestamp::from_micros(u64::MAX));
    let root = tracer.start_new_trace().start_span("root");
    let root = root.started_at(first).start();
    advance(1);
    root.start_child("child").started_at(last).start().finish();
    root.start_child("child").start().finish();
    root.finish_at(last);
    let transaction = sink.take().remove(0);
    assert_eq!(times(&transaction.root), (first, last));
    let spans: Vec<_> = transaction.spans.iter().map(times).collect();
    assert_eq!(spans, [(last, last), (at(1), at(1))]);
}

#[test]
fn an_end_before_the_start_is_the_start() {
    let (tracer, sink, advance) = stopped();
    let root = root(&tracer, "root");
    advance(5);
    root.start_child("child").start().finish_at(at(4));
    root.finish_at(at(-1));
    let transaction = sink.take().remove(0);
    assert_eq!(times(&transaction.root), (at(0), at(0)));
    assert_eq!(times(&transaction.spans[0]), (at(5), at(5)));
}

#[test]
fn children_that_are_open_end_when_the_root_is_said_to_end() {
    let (tracer, sink, advance) = stopped();
    let root = root(&tracer, "root");
    let before = root.start_child("before").start();
    advance(10);
    root.start_child("finished").start().finish_at(at(90));
    let after = root.start_child("after").start();
    root.finish_at(at(6));
    before.finish_at(at(8));
    drop(after);

    let transaction = sink.take().remove(0);
    assert_eq!(times(&transaction.root), (at(0), at(6)));
    let ended: Vec<_> = transaction
        .spans
        .iter()
        .map(|span| (times(span), span.status))
        .collect();
    let cancelled = Some(SpanStatus::Cancelled);
    let expected = [
        ((at(0), at(6)), cancelled),
        ((at(10), at(90)), None),
        ((at(10), at(10)), cancelled),
    ];
    assert_eq!(ended, expected);
    assert_eq!(tracer.stats().late_spans, 2);
}

#[test]
fn a_span_keeps_the_status_that_was_set_before_its_end_is_said() {
    let (tracer, sink, _) = stopped();
    let root = root(&tracer, "root");
    root.set_status(SpanStatus::NotFound);
    root.finish_at(at(1));
    assert_eq!(sink.take()[0].root.status, Some(SpanStatus::NotFound));
}

/// Counts who asks which clock.
#[derive(Clone, Default)]
struct Counting(Arc<[AtomicU32; 2]>);

impl Counting {
    fn calls(&self) -> [u32; 2] {
        [0, 1].map(|clock: usize| self.0[clock].swap(0, Ordering::SeqCst))
    }
}

impl Clock for Counting {
    fn wall(&self) -> Timestamp {
        self.0[0].fetch_add(1, Ordering::SeqCst);
        at(0)
    }

    fn monotonic(&self) -> u64 {
        self.0[1].fetch_add(1, Ordering::SeqCst);
        0
    }
}

#[test]
fn the_clocks_are_asked_once_for_each_time_and_not_for_an_end_that_is_given() {
    let clock = Counting::default();
    let options = Options::new().traces_sample_rate(1.0).clock(clock.clone());
    let (tracer, _sink) = with_sink(options);
    let root = root(&tracer, "root");
    assert_eq!(clock.calls(), [1, 1]);
    root.start_child("child").start().finish();
    assert_eq!(clock.calls(), [0, 2]);
    let child = root.start_child("child").started_at(at(1)).start();
    assert_eq!(clock.calls(), [0, 1]);
    child.finish_at(at(2));
    root.finish_at(at(3));
    assert_eq!(clock.calls(), [0, 0]);
}

#[test]
fn an_unrecorded_span_takes_times_and_does_nothing_with_them() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(0.0));
    let root = tracer.start_new_trace().start_span("root");
    let root = root.started_at(at(-5)).start();
    let child = root.start_child("child").started_at(at(-5)).start();
    child.finish_at(at(-1));
    root.finish_at(at(-1));
    assert!(sink.take().is_empty());
    assert_eq!(tracer.stats().late_spans, 0);
}
