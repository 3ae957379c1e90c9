//! The hop with `sentry-trace-runtime`.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sentry_trace_core::continuation::Incoming;
use sentry_trace_core::{baggage, sentry_trace, traceparent};
use sentry_trace_runtime::sink::Sink;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Options, Tracer};

use super::Case;
use super::hop::Outgoing;
use crate::Fallible;
use crate::input::{self, DSN, Headers, RELEASE, SENTRY_BAGGAGE};

pub(super) struct Ours {
    tracer: Tracer,
    received: Arc<Received>,
    headers: Headers,
    sampled: bool,
    outgoing: Outgoing,
}

/// Looks at each transaction and drops it, on the caller's thread, as the peer's transport does.
#[derive(Default)]
struct Received {
    right: AtomicU32,
}

impl Sink for Received {
    fn accept(&self, transaction: Transaction) {
        let right = transaction.root.name == "GET /orders/{id}"
            && transaction.spans.len() == 1
            && transaction
                .dsc
                .as_ref()
                .is_some_and(|dsc| dsc.as_bytes().len() == SENTRY_BAGGAGE.len());
        self.right.fetch_add(right.into(), Ordering::Relaxed);
    }
}

impl Ours {
    pub(super) fn new(sampled: bool) -> Fallible<Self> {
        let received = Arc::new(Received::default());
        let options = Options::new()
            .dsn(DSN)
            .release(RELEASE)
            .traces_sample_rate(1.0);
        Ok(Self {
            tracer: Tracer::new(options.inline_sink(received.clone()))?,
            received,
            headers: input::headers(sampled),
            sampled,
            outgoing: Outgoing::default(),
        })
    }
}

/// All lines of a name; names are in lower case, as the types of the `http` crate keep them.
fn lines<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'static [u8]> + 'a {
    headers
        .iter()
        .filter(move |(known, _)| *known == name)
        .map(|(_, value)| value.as_bytes())
}

impl Case for Ours {
    fn run(&mut self) {
        let headers = black_box(&self.headers);
        let incoming = Incoming {
            sentry_trace: lines(headers, sentry_trace::NAME),
            baggage: lines(headers, baggage::NAME),
            traceparent: lines(headers, traceparent::NAME),
        };
        let context = self.tracer.continue_trace(incoming);
        let root = context
            .start_span("GET /orders/{id}")
            .op("http.server")
            .start();
        let child = root
            .start_child("GET https://stock.example.com/items")
            .op("http.client")
            .start();
        if let Some(header) = child.sentry_trace() {
            self.outgoing.write(header.to_text().as_bytes(), child.baggage_bytes());
        }
        child.finish();
        root.finish();
        black_box(&self.outgoing);
    }

    fn check(&mut self, rounds: u32) {
        self.outgoing.check(self.sampled, SENTRY_BAGGAGE);
        let expected = if self.sampled { rounds } else { 0 };
        assert_eq!(self.received.right.swap(0, Ordering::Relaxed), expected);
    }
}
