//! `traces_sampler`: the user's own decision (rule R5).

use std::sync::Arc;

use sentry_trace_core::decision::Decision;
use sentry_trace_core::id::TraceId;
use sentry_trace_core::sampling::Sampler;

use crate::contain::contain_quietly;
use crate::transaction::Data;

/// What a sampler sees of the transaction that is about to start.
#[doc(alias = "TracesSamplerSamplingContext")]
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SamplingContext<'a> {
    /// The name at the start; it may change later.
    pub name: &'a str,
    /// What kind of work it is.
    pub op: &'a str,
    /// The data at the start, also called attributes.
    pub data: &'a Data,
    /// The trace.
    pub trace_id: TraceId,
    /// What the sender decided.
    #[doc(alias = "parentSampled")]
    pub parent_decision: Decision,
    /// The rate of the sender's decision, in [0, 1].
    #[doc(alias = "parentSampleRate")]
    pub parent_sample_rate: Option<f64>,
}

impl SamplingContext<'_> {
    /// The parent's rate, or 1 or 0 by its decision; `fallback` for the head of a trace.
    ///
    /// ```
    /// # use sentry_trace_runtime::testing::MemorySink;
    /// use sentry_trace_runtime::core::continuation::SingleLines;
    /// use sentry_trace_runtime::{Options, Tracer};
    ///
    /// let options = Options::new().traces_sampler(|context| context.inherit_or_sample_with(1.0));
    /// # let options = options.inline_sink(MemorySink::new());
    /// let tracer = Tracer::new(options)?;
    /// assert!(tracer.start_new_trace().start_span("head").start().is_recording());
    ///
    /// let not_sampled = SingleLines {
    ///     sentry_trace: Some(b"771a43a4192642f0b136d5159a501700-1234567890abcdef-0".as_slice()),
    ///     ..SingleLines::default()
    /// };
    /// let context = tracer.continue_trace(not_sampled);
    /// assert!(!context.start_span("below a parent").start().is_recording());
    /// # Ok::<(), sentry_trace_runtime::OptionsError>(())
    /// ```
    #[doc(alias = "inheritOrSampleWith")]
    #[must_use]
    pub fn inherit_or_sample_with(&self, fallback: f64) -> f64 {
        self.parent_sample_rate
            .unwrap_or(match self.parent_decision {
                Decision::Sampled => 1.0,
                Decision::NotSampled => 0.0,
                Decision::Deferred => fallback,
            })
    }
}

/// The user's function: gives a rate in [0, 1].
pub type TracesSampler = Arc<dyn Fn(&SamplingContext<'_>) -> f64 + Send + Sync>;

/// Asks the sampler; a panic stays here, and the request goes on.
pub(crate) fn ask(sampler: &TracesSampler, context: &SamplingContext<'_>) -> Sampler {
    contain_quietly(|| sampler(context)).map_or(Sampler::Panicked, Sampler::Rate)
}
