//! The request with our layer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sentry_trace_axum::TraceLayer;
use sentry_trace_core::status::SpanStatus;
use sentry_trace_runtime::sink::Sink;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Options, Tracer};

use super::Case;
use super::layer::{NAME, Served, router};
use crate::Fallible;
use crate::input::{DSN, RELEASE, SENTRY_BAGGAGE};

pub(super) struct Ours {
    served: Served,
    received: Arc<Received>,
    sampled: bool,
}

/// Looks at each transaction and drops it, on the caller's thread, as the peer's transport does.
#[derive(Default)]
struct Received {
    right: AtomicU32,
}

impl Sink for Received {
    fn accept(&self, transaction: Transaction) {
        let right = transaction.root.name == NAME
            && transaction.root.status == Some(SpanStatus::Ok)
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
        let tracer = Tracer::new(options.inline_sink(received.clone()))?;
        Ok(Self {
            served: Served::new(router().layer(TraceLayer::new().tracer(tracer)), sampled),
            received,
            sampled,
        })
    }
}

impl Case for Ours {
    fn run(&mut self) {
        self.served.run();
    }

    fn check(&mut self, rounds: u32) {
        self.served.check(rounds);
        let expected = if self.sampled { rounds } else { 0 };
        assert_eq!(self.received.right.swap(0, Ordering::Relaxed), expected);
    }
}
