//! The tracer: what all traces of a service share.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use sentry_trace_core::continuation;

use crate::before_send::Filtered;
use crate::clock::Clock;
use crate::contain::contain;
use crate::diagnostics::{Counters, Diagnostic, Stats, count};
use crate::dropped_name;
use crate::entropy::{self, Entropy};
use crate::environment::Environment;
use crate::options::{Options, OptionsError, SinkChoice};
use crate::queue::{Outlet, Queue, TELL_EVERY};
use crate::settings::Settings;
use crate::transaction::{Surroundings, Transaction};

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
    /// The trace that the process was started in, where it is continued (rule R12).
    process: Option<Environment>,
}

impl Drop for Inner {
    /// Whoever drops the last tracer, a request for example, does not see a sink panic that goes with it.
    fn drop(&mut self) {
        let outlet = std::mem::replace(&mut self.outlet, Outlet::Closed);
        contain(|| drop(outlet));
    }
}

impl Tracer {
    /// Checks the options and starts the sink's thread.
    ///
    /// After a fork build a new tracer: a forked process has no thread for the sink, and would make the same ids as its
    /// siblings.
    ///
    /// # Errors
    /// Names the option whose value cannot be used.
    pub fn new(mut options: Options) -> Result<Self, OptionsError> {
        let settings = options.check()?;
        let capacity = options.checked_queue_capacity()?;
        let counters = Arc::new(Counters::new(settings.listener.clone()));
        let chosen = match options.sink.take() {
            Some(SinkChoice::Made(make)) => make(&settings)?.map(SinkChoice::Queued),
            chosen => chosen,
        };
        let before_send = options.before_send.take();
        let filtered = |sink| match before_send {
            None => sink,
            Some(before_send) => Box::new(Filtered {
                sink,
                before_send,
                counters: counters.clone(),
            }),
        };
        let outlet = match chosen {
            None | Some(SinkChoice::Made(_)) => Outlet::Closed,
            Some(SinkChoice::Inline(sink)) => Outlet::Inline(filtered(sink).into()),
            Some(SinkChoice::Queued(sink)) => Outlet::Queued(
                Queue::start(filtered(sink).into(), capacity, TELL_EVERY, &counters)
                    .map_err(|reason| OptionsError::new("sink", "a thread of its own", reason))?,
            ),
        };
        let clock = options.clock.take().map_or_else(system_clock, Ok)?;
        let entropy = options.entropy.take().map_or_else(system_entropy, Ok)?;
        let process = (!options.ignore_environment)
            .then(|| options.process.take().or_else(own_environment))
            .flatten()
            .filter(|process| is_continued(process, &settings, &counters));
        entropy::note_tracer();
        let tracer = Self {
            inner: Arc::new(Inner {
                settings,
                outlet,
                clock,
                entropy,
                counters,
                process,
            }),
        };
        if tracer.settings().samples() && !tracer.has_sink() {
            tracer.note(
                "transactions are sampled and go nowhere: there is no sink; `init` makes one where there is a DSN",
            );
        }
        if !tracer.settings().samples() && tracer.has_sink() {
            tracer.note(
                "traces are propagated, and nothing is recorded: there is neither traces_sample_rate nor traces_sampler",
            );
        }
        dropped_name::notes(&tracer.settings().service).for_each(|note| tracer.note(note));
        Ok(tracer)
    }

    /// The options that were checked.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Whether one is a clone of the other.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
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

    /// Counts a span that its transaction had no place for any more.
    #[cold]
    pub(crate) fn note_late_span(&self) {
        let late = count(&self.inner.counters.late_spans);
        if late == 1 {
            self.note(
                "a span was started or finished after its transaction had finished, and that is not recorded: work \
                 that outlives its request has a transaction of its own with SpanHandle::continuation; told once",
            );
        }
    }

    /// As [`note`](Self::note), but once for each `key` of a kind. At most 64 keys of a kind are told apart; notes of
    /// further ones are dropped.
    pub fn note_once(&self, kind: &'static str, key: &str, note: impl FnOnce() -> String) {
        self.counters()
            .tell_once(kind, key, || Diagnostic::Note(note()));
    }

    /// As [`Settings::propagates_to`], for a URL in parts: its text is asked for only where it matters. The diagnostics are
    /// told of a host that gets no headers by the targets, where there are any.
    #[must_use]
    pub fn propagates_to_host(&self, host: &str, url: impl FnOnce() -> String) -> bool {
        let targets = &self.settings().trace_propagation_targets;
        let propagates = self.settings().propagates_to_host(host, url);
        if !propagates && !targets.is_all() && !targets.is_none() {
            let diagnostic = || Diagnostic::NotPropagated(host.to_owned());
            self.counters().tell_once("targets", host, diagnostic);
        }
        propagates
    }

    /// Waits until nothing that was finished so far waits for the sink or in it, at most `timeout`; says whether that is
    /// so. What a host has refused does not wait any more.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.inner.outlet.flush(timeout, &self.inner.counters)
    }

    /// Where ids come from.
    #[must_use]
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.inner.entropy
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.inner.clock
    }

    pub(crate) fn environment(&self) -> Option<&Environment> {
        self.inner.process.as_ref()
    }

    pub(crate) fn counters(&self) -> &Counters {
        &self.inner.counters
    }

    pub(crate) fn has_sink(&self) -> bool {
        !self.inner.outlet.is_closed()
    }

    pub(crate) fn surroundings(&self) -> Option<Surroundings> {
        self.inner.outlet.begin(&self.inner.counters)
    }

    pub(crate) fn accept(&self, transaction: Transaction) {
        self.inner.outlet.accept(transaction, &self.inner.counters);
    }
}

impl std::fmt::Debug for Tracer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracer")
            .field("service", &self.settings().service)
            .finish_non_exhaustive()
    }
}

/// Whether there is a trace in it that is continued. It does not change, so that this is asked once.
fn is_continued(process: &Environment, settings: &Settings, counters: &Counters) -> bool {
    let continued = continuation::continue_trace(process.incoming(), &settings.policy());
    continued
        .map_err(|reason| counters.note_not_continued(reason))
        .is_ok()
}

/// As bytes: one that is not UTF-8 costs its own member, not the whole variable (rule R2).
fn own_environment() -> Option<Environment> {
    Environment::read(|name| std::env::var_os(name).map(OsString::into_encoded_bytes))
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn system_clock() -> Result<Box<dyn Clock>, OptionsError> {
    Ok(Box::new(crate::clock::SystemClock::default()))
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
fn system_entropy() -> Result<Box<dyn Entropy>, OptionsError> {
    Ok(Box::new(entropy::SystemEntropy))
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn system_clock() -> Result<Box<dyn Clock>, OptionsError> {
    Err(OptionsError::new(
        "clock",
        "not set",
        "this target has no clock of its own",
    ))
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
fn system_entropy() -> Result<Box<dyn Entropy>, OptionsError> {
    Err(OptionsError::new(
        "entropy",
        "not set",
        "this target has no source of random numbers of its own",
    ))
}
