//! What went wrong without breaking a request: counted, and told to whoever asks.
//!
//! ```
//! use std::sync::{Arc, Mutex};
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let told = Arc::new(Mutex::new(Vec::new()));
//! let options = Options::new().traces_sampler(|_| f64::NAN).on_diagnostic({
//!     let told = told.clone();
//!     move |diagnostic| told.lock().unwrap().push(diagnostic.to_string())
//! });
//! let tracer = Tracer::new(options.inline_sink(MemorySink::new()))?;
//! tracer.start_new_trace().start_span("work").start();
//!
//! assert_eq!(*told.lock().unwrap(), ["traces_sampler returned NaN, which is not in [0, 1]: not sampled"]);
//! assert_eq!(tracer.stats().invalid_sample_rates, 1);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use sentry_trace_core::continuation::NotContinued;

pub use crate::diagnostic::Diagnostic;
pub use crate::listener::Listener;
use crate::losses::Losses;
use crate::sink::LossReason;

/// What was dropped or ignored since the tracer was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Transactions that were handed to the sink or its queue.
    pub transactions: u64,
    /// Transactions that the queue had no place for.
    pub dropped_transactions: u64,
    /// Transactions that were discarded on purpose, by status code for example.
    pub discarded_transactions: u64,
    /// Transactions that `before_send_transaction` did not give back.
    pub filtered_transactions: u64,
    /// Transactions that were decided against (rule R5) and have ended; not those whose sampler panicked.
    pub unsampled_transactions: u64,
    /// Traces that came in and were not continued, because their headers are unusable or by their organisation (rules R1
    /// and R4).
    pub refused_traces: u64,
    /// Spans beyond the limit of their transaction (rule R10).
    pub spans_over_limit: u64,
    /// Spans that were started or finished after their transaction had finished.
    pub late_spans: u64,
    /// Rates outside [0, 1] that a sampler returned.
    pub invalid_sample_rates: u64,
    /// Panics of a sampler.
    pub sampler_panics: u64,
    /// Panics of the sink.
    pub sink_panics: u64,
}

/// The counters behind [`Stats`].
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) transactions: AtomicU64,
    pub(crate) losses: Losses,
    pub(crate) refused_traces: AtomicU64,
    pub(crate) late_spans: AtomicU64,
    pub(crate) invalid_sample_rates: AtomicU64,
    pub(crate) sampler_panics: AtomicU64,
    pub(crate) sink_panics: AtomicU64,
    pub(crate) listener: Listener,
    /// What was told once, by kind.
    told: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
}

/// Keys come from outside, so that not all of them can be kept.
const MOST_KEYS: usize = 64;

impl Counters {
    pub(crate) fn new(listener: Listener) -> Self {
        Self {
            listener,
            ..Self::default()
        }
    }

    pub(crate) fn snapshot(&self) -> Stats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let lost = |reason| self.losses.total(reason);
        Stats {
            transactions: read(&self.transactions),
            dropped_transactions: lost(LossReason::QueueOverflow).transactions,
            discarded_transactions: lost(LossReason::EventProcessor).transactions,
            filtered_transactions: lost(LossReason::BeforeSend).transactions,
            unsampled_transactions: lost(LossReason::SampleRate).transactions,
            refused_traces: read(&self.refused_traces),
            spans_over_limit: lost(LossReason::BufferOverflow).spans,
            late_spans: read(&self.late_spans),
            invalid_sample_rates: read(&self.invalid_sample_rates),
            sampler_panics: read(&self.sampler_panics),
            sink_panics: read(&self.sink_panics),
        }
    }

    /// Counts a trace that is not continued, and tells why; that no header names one is the usual case.
    #[inline]
    pub(crate) fn note_not_continued(&self, reason: NotContinued) {
        if reason != NotContinued::NoTrace {
            count(&self.refused_traces);
            self.tell_once("refused trace", reason, || Diagnostic::TraceRefused(reason));
        }
    }

    /// Tells a diagnostic once for each key of its kind.
    #[cold]
    pub(crate) fn tell_once(
        &self,
        kind: &'static str,
        key: impl Display,
        diagnostic: impl FnOnce() -> Diagnostic,
    ) {
        if self.listener.is_listening() && self.is_new(kind, key.to_string()) {
            self.tell(&diagnostic());
        }
    }

    fn is_new(&self, kind: &'static str, key: String) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = told.entry(kind).or_default();
        keys.len() < MOST_KEYS && keys.insert(key)
    }

    #[cold]
    pub(crate) fn tell(&self, diagnostic: &Diagnostic) {
        self.listener.tell(diagnostic);
    }
}

/// Adds one and gives the new count.
pub(crate) fn count(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}
