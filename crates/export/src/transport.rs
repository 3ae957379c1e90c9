//! The sink that writes envelopes, and the ways on which they go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sentry_trace_runtime::sink::{Loss, LossReason, Sink};
use sentry_trace_runtime::{Transaction, call_each};

use crate::envelope::{Envelope, Format};
use crate::time::later;

/// Carries envelopes to where they are kept. Called from the sink's thread.
pub trait Transport: Send + Sync + 'static {
    /// Takes an envelope. Whoever cannot deliver at once keeps it within bounds, or counts the loss.
    fn send(&self, envelope: &Arc<Envelope>);

    /// Told what was lost before it became an envelope.
    fn lost(&self, _reason: LossReason, _loss: Loss) {}

    /// Delivers what it holds, within `timeout`; says whether everything got out.
    fn flush(&self, timeout: Duration) -> bool;
}

/// A shared transport: whoever keeps the other reference can still ask it, for its counts for example.
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, envelope: &Arc<Envelope>) {
        (**self).send(envelope);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        (**self).lost(reason, loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        (**self).flush(timeout)
    }
}

/// Writes each transaction as an envelope, or several, once, and hands it to every transport.
pub struct EnvelopeSink {
    format: Format,
    transports: Vec<Box<dyn Transport>>,
}

impl EnvelopeSink {
    /// A sink without a transport.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self {
            format,
            transports: Vec::new(),
        }
    }

    /// Adds a transport.
    #[must_use]
    pub fn to(mut self, transport: impl Transport) -> Self {
        self.transports.push(Box::new(transport));
        self
    }

    /// Whether there is no transport.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.transports.is_empty()
    }
}

impl Sink for EnvelopeSink {
    fn accept(&self, transaction: Transaction) {
        let envelopes = Envelope::write(transaction, self.format);
        let envelopes: Vec<_> = envelopes.into_iter().map(Arc::new).collect();
        call_each(&self.transports, |transport| {
            for envelope in &envelopes {
                transport.send(envelope);
            }
        });
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        let loss = self.format.loss(loss);
        call_each(&self.transports, |transport| transport.lost(reason, loss));
    }

    fn flush(&self, timeout: Duration) -> bool {
        let deadline = later(Instant::now(), timeout);
        let mut flushed = true;
        call_each(&self.transports, |transport| {
            flushed &= transport.flush(deadline.saturating_duration_since(Instant::now()));
        });
        flushed
    }
}
