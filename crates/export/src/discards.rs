//! What was lost, by reason, until a client report says so (Sentry, "Client Reports").

use std::collections::BTreeMap;

use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::sink::Loss;

use crate::json::{self, List};

/// The reasons that begin in this crate; [`LossReason`](sentry_trace_runtime::sink::LossReason) has the others.
#[cfg(feature = "dsn")]
pub(crate) mod reason {
    /// The buffer for what could not be sent yet had no place.
    pub(crate) const QUEUE_OVERFLOW: &str = "queue_overflow";
    /// The ingestion side had asked for a pause.
    pub(crate) const RATELIMIT_BACKOFF: &str = "ratelimit_backoff";
    /// There was no answer.
    pub(crate) const NETWORK_ERROR: &str = "network_error";
    /// The answer was an error.
    pub(crate) const SEND_ERROR: &str = "send_error";
}

/// Losses that have not been reported.
#[derive(Debug, Default)]
pub(crate) struct Discards(BTreeMap<&'static str, Loss>);

impl Discards {
    pub(crate) fn add(&mut self, reason: &'static str, loss: Loss) {
        let sum = self.0.entry(reason).or_default();
        sum.transactions = sum.transactions.saturating_add(loss.transactions);
        sum.spans = sum.spans.saturating_add(loss.spans);
    }

    /// Takes back what was in a report that did not arrive.
    #[cfg(feature = "dsn")]
    pub(crate) fn merge(&mut self, other: Self) {
        for (reason, loss) in other.0 {
            self.add(reason, loss);
        }
    }

    /// Whether anything was lost for this reason.
    #[cfg(feature = "sentry")]
    pub(crate) fn has(&self, reason: &str) -> bool {
        self.0.contains_key(reason)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The payload of an item of the type `client_report`.
    pub(crate) fn report(&self, now: Timestamp) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        json::object(&mut out, |report| {
            report.number("timestamp", now);
            report.list("discarded_events", |events| {
                for (reason, loss) in &self.0 {
                    write(events, reason, "transaction", loss.transactions);
                    write(events, reason, "span", loss.spans);
                }
            });
        });
        out
    }
}

fn write(events: &mut List<'_>, reason: &str, category: &str, quantity: u64) {
    if quantity > 0 {
        events.object(|event| {
            event.text("reason", reason);
            event.text("category", category);
            event.number("quantity", quantity);
        });
    }
}
