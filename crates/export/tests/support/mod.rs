//! Services in the process of the test, and a collector that they send to.
#![allow(dead_code, clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use sentry_trace_export::envelope::{Envelope, Format};
use sentry_trace_export::transport::Transport;
use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::sink::{Loss, LossReason};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Span, TraceContext, TraceData, Tracer, Transaction};

/// Long enough for a busy machine; only a failing test waits for its end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A finished transaction with that many child spans.
pub(crate) fn transaction(name: &str, spans: usize) -> Transaction {
    let sink = MemorySink::new();
    let options = Options::new()
        .dsn("http://public@localhost/1")
        .release("shop@1.0")
        .traces_sample_rate(1.0);
    let tracer = Tracer::new(options.inline_sink(sink.clone())).unwrap();
    let root = tracer.start_new_trace().start_span(name.to_owned()).start();
    for number in 0..spans {
        root.start_child(format!("child {number}"))
            .op("work")
            .start()
            .finish();
    }
    root.finish();
    sink.take().remove(0)
}

/// The envelope of a transaction that fits into one.
pub(crate) fn only(transaction: Transaction, format: Format) -> Envelope {
    let mut envelopes = Envelope::write(transaction, format);
    assert_eq!(envelopes.len(), 1);
    envelopes.remove(0)
}

pub(crate) fn envelope(name: &str) -> Arc<Envelope> {
    Arc::new(only(transaction(name, 1), Format::Transaction))
}

/// Continues what `headers` say.
pub(crate) fn continued(tracer: &Tracer, headers: &TraceData) -> TraceContext {
    let sentry_trace = headers.sentry_trace.clone().leak();
    let baggage = headers.baggage.clone().map(|text| &*text.leak());
    tracer.continue_trace(Incoming {
        sentry_trace: [sentry_trace.as_bytes()],
        baggage: baggage.map(str::as_bytes),
        traceparent: [],
    })
}

/// The headers that a request out of this span carries.
pub(crate) fn headers_of(span: &Span) -> TraceData {
    span.start_child("GET https://next.example/")
        .op("http.client")
        .start()
        .trace_data()
        .unwrap()
}

/// A transport that several owners look at.
pub(crate) struct Shared<T>(pub(crate) Arc<T>);

impl<T: Transport> Transport for Shared<T> {
    fn send(&self, envelope: &Arc<Envelope>) {
        self.0.send(envelope);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        self.0.lost(reason, loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.0.flush(timeout)
    }
}

/// How long a call takes.
pub(crate) fn timed<R>(call: impl FnOnce() -> R) -> (R, Duration) {
    let start = Instant::now();
    let result = call();
    (result, start.elapsed())
}
