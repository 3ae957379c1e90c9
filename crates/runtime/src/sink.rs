//! Where finished transactions go.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::transaction::{Surroundings, Transaction};

/// Takes finished transactions.
///
/// Behind the queue ([`Options::sink`](crate::Options::sink)) a sink is called from one thread of its own and may
/// block. A panic in it is caught and counted.
pub trait Sink: Send + Sync + 'static {
    /// Takes one transaction.
    fn accept(&self, transaction: Transaction);

    /// Called by whoever starts a transaction that is recorded: what the sink wants to remember of the surroundings.
    ///
    /// It comes back as [`Transaction::surroundings`]. Must not block.
    fn begin(&self) -> Option<Surroundings> {
        None
    }

    /// Called by whoever finishes a transaction, before the queue. Must not block.
    fn prepare(&self, _transaction: &mut Transaction) {}

    /// Told, from the sink's thread, what has been lost in front of it since the last call.
    fn lost(&self, _reason: LossReason, _loss: Loss) {}

    /// Delivers what it holds, within `timeout`; says whether everything got out.
    fn flush(&self, _timeout: Duration) -> bool {
        true
    }
}

/// How much was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Loss {
    /// Transactions.
    pub transactions: u64,
    /// Their spans; each transaction counts as one itself.
    pub spans: u64,
}

impl Loss {
    /// That many transactions with that many spans.
    #[must_use]
    pub const fn new(transactions: u64, spans: u64) -> Self {
        Self {
            transactions,
            spans,
        }
    }
}

/// Why transactions did not reach a sink, by the names of Sentry's client reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// The queue in front of the sink had no place.
    QueueOverflow,
}

impl LossReason {
    /// The name in a client report.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueOverflow => "queue_overflow",
        }
    }
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<S: Sink + ?Sized> Sink for Arc<S> {
    fn accept(&self, transaction: Transaction) {
        (**self).accept(transaction);
    }

    fn begin(&self) -> Option<Surroundings> {
        (**self).begin()
    }

    fn prepare(&self, transaction: &mut Transaction) {
        (**self).prepare(transaction);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        (**self).lost(reason, loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        (**self).flush(timeout)
    }
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn accept(&self, transaction: Transaction) {
        (**self).accept(transaction);
    }

    fn begin(&self) -> Option<Surroundings> {
        (**self).begin()
    }

    fn prepare(&self, transaction: &mut Transaction) {
        (**self).prepare(transaction);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        (**self).lost(reason, loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        (**self).flush(timeout)
    }
}
