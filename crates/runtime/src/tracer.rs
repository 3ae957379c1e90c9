//! The tracer: continues traces, starts new ones, decides, and hands finished transactions on.

use std::sync::Arc;
use std::time::Duration;

use sentry_trace_core::continuation::{self, Incoming};
use sentry_trace_core::sampling::{Outcome, Sampler, Sampling};

use crate::builder::Describe;
use crate::clock::Clock;
use crate::context::TraceContext;
use crate::diagnostics::{Counters, Diagnostic, Stats, count};
use crate::entropy::Entropy;
use crate::options::{Options, OptionsError, SinkChoice, error};
use crate::process::Environment;
use crate::queue::{Outlet, Queue};
use crate::sampler::{self, SamplingContext};
use crate::settings::Settings;
use crate::transaction::Transaction;

/// Continues traces and records transactions. Cheap to clone; several can live side by side.
///
/// When the last clone is gone, the sink's thread delivers what is queued and ends. Call [`flush`](Self::flush)
/// before the process exits.
#[derive(Clone)]
pub struct Tracer {
    inner: Arc<Inner>,
}

struct Inner {
    settings: Settings,
    outlet: Outlet,
    clock: Box<dyn Clock>,
    entropy: Box<dyn Entropy>,
    counters: Arc<Counters>,
    /// The trace that the process was started in (rule R12).
    process: Option<Environment>,
}

impl Tracer {
    /// Checks the options and starts the sink's thread.
    ///
    /// # Errors
    /// Names the option whose value cannot be used.
    pub fn new(mut options: Options) -> Result<Self, OptionsError> {
        let settings = options.check()?;
        let capacity = options.checked_queue_capacity()?;
        let counters = Arc::new(Counters::new(options.on_diagnostic.take()));
        let outlet = match options.sink.take() {
            None => Outlet::Closed,
            Some(SinkChoice::Inline(sink)) => Outlet::Inline(sink),
            Some(SinkChoice::Queued(sink)) => Outlet::Queued(
                Queue::start(sink, capacity, &counters)
                    .map_err(|reason| error("sink", "a thread of its own", reason))?,
            ),
        };
        let clock = options.clock.take().map_or_else(system_clock, Ok)?;
        let entropy = options.entropy.take().map_or_else(system_entropy, Ok)?;
        let process = (!options.ignore_environment)
            .then(|| Environment::read(|name| std::env::var(name).ok()))
            .flatten();
        Ok(Self {
            inner: Arc::new(Inner {
                settings,
                outlet,
                clock,
                entropy,
                counters,
                process,
            }),
        })
    }

    /// Continues the trace that the headers of a request name, or starts a new one (rules R1 to R4).
    ///
    /// Bad headers are no error: they lead to a new trace.
    #[doc(alias = "continueTrace")]
    #[doc(alias = "continueFromHeaders")]
    pub fn continue_trace<'a, S, B, P>(&self, incoming: Incoming<S, B, P>) -> TraceContext<'a>
    where
        S: IntoIterator<Item = &'a [u8]>,
        B: IntoIterator<Item = &'a [u8]>,
        P: IntoIterator<Item = &'a [u8]>,
    {
        match continuation::continue_trace(incoming, &self.settings().policy()) {
            Some(continued) => TraceContext::continued(self.clone(), continued),
            None => self.start_new_trace(),
        }
    }

    /// Starts a new trace.
    #[doc(alias = "startNewTrace")]
    pub fn start_new_trace(&self) -> TraceContext<'static> {
        TraceContext::head(self.clone(), self.entropy().trace_id())
    }

    /// The trace that the process was started in, by `SENTRY_TRACE` and `SENTRY_BAGGAGE` (rule R12).
    ///
    /// `None` when there was none, or when it is not continued by rule R4.
    #[must_use]
    pub fn process_context(&self) -> Option<TraceContext<'_>> {
        let environment = self.inner.process.as_ref()?;
        Some(self.continue_trace(environment.incoming())).filter(TraceContext::is_continued)
    }

    /// What work outside any span belongs to: the trace that the process was started in, else a new one.
    pub fn background_context(&self) -> TraceContext<'_> {
        self.process_context()
            .unwrap_or_else(|| self.start_new_trace())
    }

    /// The options that were checked.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// What was dropped or ignored so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.inner.counters.snapshot()
    }

    /// Tells whoever listens that an adapter noticed something.
    pub fn note(&self, note: impl Into<String>) {
        self.inner.counters.tell(&Diagnostic::Note(note.into()));
    }

    /// Waits until the sink has delivered what was finished so far, at most `timeout`; says whether it has.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.inner.outlet.flush(timeout)
    }

    /// Where ids come from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.inner.entropy
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    pub(crate) fn has_sink(&self) -> bool {
        !self.inner.outlet.is_closed()
    }

    pub(crate) fn accept(&self, transaction: Transaction) {
        self.inner.outlet.accept(transaction, &self.inner.counters);
    }

    /// Decides about a transaction (rule R5).
    pub(crate) fn decide(
        &self,
        context: &TraceContext<'_>,
        description: &dyn Describe,
        explicit: Option<bool>,
    ) -> Outcome {
        let sampling = Sampling {
            explicit,
            sampler: if explicit.is_some() {
                self.unasked_sampler()
            } else {
                self.ask_sampler(context, description)
            },
            rate: self.settings().traces_sample_rate,
        };
        let outcome = sampling.decide(context.parent_decision, context.sample_rand.value());
        if let (Sampler::Rate(rate), true) = (sampling.sampler, outcome.invalid_rate) {
            count(&self.inner.counters.invalid_sample_rates);
            self.inner
                .counters
                .tell(&Diagnostic::InvalidSampleRate(rate));
        }
        outcome
    }

    /// A sampler that need not be asked still says that sampling is configured.
    fn unasked_sampler(&self) -> Sampler {
        self.settings()
            .traces_sampler
            .as_ref()
            .map_or(Sampler::Absent, |_| Sampler::Rate(0.0))
    }

    fn ask_sampler(&self, context: &TraceContext<'_>, description: &dyn Describe) -> Sampler {
        let Some(sampler) = &self.settings().traces_sampler else {
            return Sampler::Absent;
        };
        let answer = sampler::ask(
            sampler,
            &SamplingContext {
                name: &description.name(),
                op: &description.op(),
                data: &description.data(),
                trace_id: context.trace_id,
                parent_decision: context.parent_decision,
                parent_sample_rate: context.parent_rate,
            },
        );
        if answer == Sampler::Panicked {
            count(&self.inner.counters.sampler_panics);
            self.inner.counters.tell(&Diagnostic::SamplerPanicked);
        }
        answer
    }
}

impl std::fmt::Debug for Tracer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracer")
            .field("service", &self.settings().service)
            .finish_non_exhaustive()
    }
}

/// Continues a trace with the global tracer; `None` when there is none.
#[doc(alias = "continueTrace")]
pub fn continue_trace<'a, S, B, P>(incoming: Incoming<S, B, P>) -> Option<TraceContext<'a>>
where
    S: IntoIterator<Item = &'a [u8]>,
    B: IntoIterator<Item = &'a [u8]>,
    P: IntoIterator<Item = &'a [u8]>,
{
    Some(crate::tracer()?.continue_trace(incoming))
}

/// Starts a new trace with the global tracer; `None` when there is none.
#[doc(alias = "startNewTrace")]
#[must_use]
pub fn start_new_trace() -> Option<TraceContext<'static>> {
    Some(crate::tracer()?.start_new_trace())
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn system_clock() -> Result<Box<dyn Clock>, OptionsError> {
    Ok(Box::new(crate::clock::SystemClock::default()))
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn system_entropy() -> Result<Box<dyn Entropy>, OptionsError> {
    Ok(Box::new(crate::entropy::SystemEntropy))
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn system_clock() -> Result<Box<dyn Clock>, OptionsError> {
    Err(error(
        "clock",
        "not set",
        "this target has no clock of its own",
    ))
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn system_entropy() -> Result<Box<dyn Entropy>, OptionsError> {
    Err(error(
        "entropy",
        "not set",
        "this target has no source of random numbers of its own",
    ))
}
