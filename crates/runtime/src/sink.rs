//! Where finished transactions go.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::transaction::Transaction;

/// Takes finished transactions.
///
/// Behind the queue ([`Options::sink`](crate::Options::sink)) a sink is called from one thread of its own and may
/// block. A panic in it is caught and counted.
pub trait Sink: Send + Sync + 'static {
    /// Takes one transaction.
    fn accept(&self, transaction: Transaction);

    /// Told, from the sink's thread, how many transactions have been lost in front of it since the last call.
    fn lost(&self, _reason: LossReason, _transactions: u64) {}

    /// Delivers what it holds, within `timeout`; says whether everything got out.
    fn flush(&self, _timeout: Duration) -> bool {
        true
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

    fn lost(&self, reason: LossReason, transactions: u64) {
        (**self).lost(reason, transactions);
    }

    fn flush(&self, timeout: Duration) -> bool {
        (**self).flush(timeout)
    }
}

impl<S: Sink + ?Sized> Sink for Box<S> {
    fn accept(&self, transaction: Transaction) {
        (**self).accept(transaction);
    }

    fn lost(&self, reason: LossReason, transactions: u64) {
        (**self).lost(reason, transactions);
    }

    fn flush(&self, timeout: Duration) -> bool {
        (**self).flush(timeout)
    }
}
