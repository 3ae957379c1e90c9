//! A sink in memory, a clock that stands still and ids that repeat: for tests, here and in applications.
//!
//! ```
//! use sentry_trace_runtime::clock::Timestamp;
//! use sentry_trace_runtime::testing::{MemorySink, SeededEntropy, StoppedClock};
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let (sink, clock) = (MemorySink::new(), StoppedClock::at(Timestamp::from_micros(1_000_000)));
//! let options = Options::new().traces_sample_rate(1.0).inline_sink(sink.clone());
//! let tracer = Tracer::new(options.clock(clock.clone()).entropy(SeededEntropy::new(1)))?;
//!
//! let span = tracer.start_new_trace().start_span("work").start();
//! clock.advance(std::time::Duration::from_millis(5));
//! drop(span);
//!
//! assert_eq!(sink.take()[0].root.end.as_micros(), 1_005_000);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, Timestamp};
use crate::entropy::Entropy;
use crate::sink::Sink;
use crate::transaction::Transaction;

/// Keeps transactions in memory. Clones share them.
#[derive(Clone, Default)]
pub struct MemorySink {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    transactions: Mutex<Vec<Transaction>>,
    arrived: Condvar,
}

impl MemorySink {
    /// An empty sink.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What has arrived, which is then gone from the sink.
    #[must_use]
    pub fn take(&self) -> Vec<Transaction> {
        std::mem::take(&mut self.lock())
    }

    /// What has arrived.
    #[must_use]
    pub fn transactions(&self) -> Vec<Transaction> {
        self.lock().clone()
    }

    /// Waits until `count` transactions have arrived and takes them all.
    ///
    /// # Errors
    /// Gives those that arrived within `timeout` when they are fewer.
    pub fn wait_for(
        &self,
        count: usize,
        timeout: Duration,
    ) -> Result<Vec<Transaction>, Vec<Transaction>> {
        let fewer = |transactions: &mut Vec<Transaction>| transactions.len() < count;
        let (mut transactions, waited) = self
            .shared
            .arrived
            .wait_timeout_while(self.lock(), timeout, fewer)
            .unwrap_or_else(PoisonError::into_inner);
        let taken = std::mem::take(&mut *transactions);
        if waited.timed_out() {
            Err(taken)
        } else {
            Ok(taken)
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Transaction>> {
        self.shared
            .transactions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sink for MemorySink {
    fn accept(&self, transaction: Transaction) {
        self.lock().push(transaction);
        self.shared.arrived.notify_all();
    }
}

/// A clock that moves only when it is told to. Clones share their time.
#[derive(Clone, Debug, Default)]
pub struct StoppedClock {
    micros: Arc<AtomicU64>,
}

impl StoppedClock {
    /// A clock that shows this time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self {
            micros: Arc::new(AtomicU64::new(time.as_micros())),
        }
    }

    /// Moves it forward, in whole microseconds.
    pub fn advance(&self, by: Duration) {
        let micros = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn wall(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> u64 {
        self.micros.load(Ordering::SeqCst)
    }
}

/// Bytes that look random and are the same in each run: the `SplitMix64` sequence of a seed.
#[derive(Debug)]
pub struct SeededEntropy {
    state: AtomicU64,
}

impl SeededEntropy {
    /// The sequence of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            state: AtomicU64::new(seed),
        }
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self
            .state
            .fetch_add(STEP, Ordering::SeqCst)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes()[..chunk.len()]);
        }
    }
}
