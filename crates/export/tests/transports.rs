//! Several transports of one sink.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sentry_trace_export::envelope::{Envelope, Format};
use sentry_trace_export::transport::{EnvelopeSink, Transport};
use sentry_trace_runtime::sink::{Loss, LossReason};
use sentry_trace_runtime::{Options, Tracer};
use support::PATIENCE;

struct Panics;

impl Transport for Panics {
    fn send(&self, _envelope: &Arc<Envelope>) {
        panic!("in send");
    }

    fn lost(&self, _reason: LossReason, _loss: Loss) {
        panic!("in lost");
    }

    fn flush(&self, _timeout: Duration) -> bool {
        panic!("in flush");
    }
}

#[derive(Clone, Default)]
struct Counts {
    sent: Arc<AtomicU32>,
    flushed: Arc<AtomicU32>,
}

impl Transport for Counts {
    fn send(&self, _envelope: &Arc<Envelope>) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn flush(&self, _timeout: Duration) -> bool {
        self.flushed.fetch_add(1, Ordering::Relaxed);
        true
    }
}

#[test]
fn a_transport_that_panics_keeps_nothing_from_the_others() {
    let counts = Counts::default();
    let sink = EnvelopeSink::new(Format::Transaction)
        .to(Panics)
        .to(counts.clone());
    let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).sink(sink)).unwrap();
    for _ in 0..2 {
        tracer.start_new_trace().start_span("work").start().finish();
    }
    tracer.flush(PATIENCE);
    assert_eq!(counts.sent.load(Ordering::Relaxed), 2);
    assert_eq!(counts.flushed.load(Ordering::Relaxed), 1);
}

#[test]
fn a_transport_that_panics_keeps_no_further_envelope_from_the_others() {
    let counts = Counts::default();
    let sink = EnvelopeSink::new(Format::SpanStream)
        .to(Panics)
        .to(counts.clone());
    let options = Options::new().traces_sample_rate(1.0).max_spans(1000);
    let tracer = Tracer::new(options.sink(sink)).unwrap();
    let root = tracer.start_new_trace().start_span("work").start();
    for _ in 0..1000 {
        root.start_child("step").start().finish();
    }
    root.finish();
    tracer.flush(PATIENCE);
    assert_eq!(counts.sent.load(Ordering::Relaxed), 2);
}
