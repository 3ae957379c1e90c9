//! What is called because a transaction starts or finishes may use instrumented code; one test, since the tracer is global.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sentry_trace_runtime::sink::Sink;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer, Transaction, set_global, start_span};

/// Keeps what it is given, and says so in a span.
#[derive(Clone)]
struct Instrumented(MemorySink);

impl Sink for Instrumented {
    fn accept(&self, transaction: Transaction) {
        start_span("INSERT")
            .op("db")
            .run(|_| self.0.accept(transaction));
    }
}

/// The names of what is recorded of one request.
fn recorded(options: Options, sink: &MemorySink) -> Vec<String> {
    let tracer = Tracer::new(options).unwrap();
    set_global(tracer.clone());
    start_span("request").run(|_| ());
    for _ in 0..3 {
        assert!(tracer.flush(Duration::from_secs(30)));
    }
    let transactions = sink.take().into_iter();
    transactions.map(|one| one.root.name.to_string()).collect()
}

#[test]
fn what_is_called_for_transactions_starts_none() {
    let sink = MemorySink::new();
    let sampler = Options::new().inline_sink(sink.clone());
    let sampler = sampler.traces_sampler(|_| start_span("rate").op("cache.get").run(|_| 1.0));
    assert_eq!(recorded(sampler, &sink), ["request"]);

    let inline = Options::new().inline_sink(Instrumented(sink.clone()));
    assert_eq!(recorded(inline.traces_sample_rate(1.0), &sink), ["request"]);

    let queued = Options::new().sink(Instrumented(sink.clone()));
    assert_eq!(recorded(queued.traces_sample_rate(1.0), &sink), ["request"]);

    let told = Options::new().inline_sink(sink.clone());
    let told = told.traces_sampler(|context| {
        if context.name == "told" {
            1.0
        } else {
            f64::NAN
        }
    });
    let told = told.on_diagnostic(|_| start_span("told").run(|_| ()));
    assert!(recorded(told, &sink).is_empty());
}
