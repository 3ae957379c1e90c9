//! Where finished transactions go.
//!
//! A pair of sinks is a sink:
//!
//! ```
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let (one, other) = (MemorySink::new(), MemorySink::new());
//! let sinks = (one.clone(), other.clone());
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sinks))?;
//! tracer.start_new_trace().start_span("work").start().finish();
//! assert_eq!(one.take()[0].event_id, other.take()[0].event_id);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::contain::{call_each, contain};
use crate::transaction::{Surroundings, Transaction};

/// Takes finished transactions.
///
/// Behind the queue ([`Options::sink`](crate::Options::sink)) a sink is called from one thread of its own and may
/// block. A panic in it is caught and counted. A transaction that is started in it is not recorded: it would come to the
/// sink as well, without an end.
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

    /// Told, from the sink's thread, what did not come to it: every 30 seconds, if there is anything to tell, before each
    /// flush, and at the end. An inline sink is told nothing.
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

/// Why transactions and spans did not reach a sink (Sentry, "Client Reports": "Discard Reasons").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LossReason {
    /// The queue in front of the sink had no place.
    QueueOverflow,
    /// The decision was not to sample (rule R5); counted only where sampling is configured.
    SampleRate,
    /// `traces_sampler` panicked, and nothing else decides (rule R5).
    CallbackError,
    /// Discarded on purpose, by status code for example (rule R10).
    EventProcessor,
    /// [`before_send_transaction`](crate::Options::before_send_transaction) gave it back without them, not at all, or
    /// panicked.
    BeforeSend,
    /// Spans beyond the limit of their transaction (rule R10).
    BufferOverflow,
}

impl LossReason {
    /// Each one at the place of its number.
    pub(crate) const ALL: [Self; 6] = [
        Self::QueueOverflow,
        Self::SampleRate,
        Self::CallbackError,
        Self::EventProcessor,
        Self::BeforeSend,
        Self::BufferOverflow,
    ];

    /// The name in a client report.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueueOverflow => "queue_overflow",
            Self::SampleRate => "sample_rate",
            Self::CallbackError => "callback_error",
            Self::EventProcessor => "event_processor",
            Self::BeforeSend => "before_send",
            Self::BufferOverflow => "buffer_overflow",
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

/// Both take every transaction, the first one a copy; what panics in one does not keep it from the other. Of
/// surroundings those of the first are remembered, else of the second. A flush waits for the first, and then for the
/// second as long as there is time.
impl<A: Sink, B: Sink> Sink for (A, B) {
    fn accept(&self, transaction: Transaction) {
        let copy = transaction.clone();
        let [first, second] = both(self);
        call_each([(first, copy), (second, transaction)], |(sink, given)| {
            sink.accept(given);
        });
    }

    fn begin(&self) -> Option<Surroundings> {
        match catch_unwind(AssertUnwindSafe(|| self.0.begin())) {
            Ok(surroundings) => surroundings.or_else(|| self.1.begin()),
            // A panic goes on only where it takes nothing from the second.
            Err(panic) => contain(|| self.1.begin())
                .flatten()
                .or_else(|| resume_unwind(panic)),
        }
    }

    fn prepare(&self, transaction: &mut Transaction) {
        call_each(both(self), |sink| sink.prepare(transaction));
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        call_each(both(self), |sink| sink.lost(reason, loss));
    }

    fn flush(&self, timeout: Duration) -> bool {
        let start = HAS_CLOCK.then(Instant::now);
        let mut flushed = true;
        call_each(both(self), |sink| {
            let passed = start.map_or(Duration::ZERO, |start| start.elapsed());
            flushed &= sink.flush(timeout.saturating_sub(passed));
        });
        flushed
    }
}

/// On a browser's WebAssembly `Instant::now` panics.
const HAS_CLOCK: bool = !cfg!(all(target_family = "wasm", target_os = "unknown"));

fn both<A: Sink, B: Sink>((first, second): &(A, B)) -> [&dyn Sink; 2] {
    [first, second]
}
