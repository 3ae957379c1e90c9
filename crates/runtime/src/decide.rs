//! Deciding about a transaction (rule R5).

use sentry_trace_core::decision::Decision;
use sentry_trace_core::id::TraceId;
use sentry_trace_core::sample_rand::SampleRand;
use sentry_trace_core::sampling::{Outcome, Sampler, Sampling};

use crate::describe::Describe;
use crate::diagnostics::{Diagnostic, count};
use crate::sampler::{self, SamplingContext};
use crate::sink::LossReason;
use crate::tracer::Tracer;

/// What is known of a trace when the decision is made.
#[derive(Clone, Copy)]
pub(crate) struct Parent {
    pub(crate) trace_id: TraceId,
    pub(crate) decision: Decision,
    pub(crate) sample_rate: Option<f64>,
    /// `None` where the sender's decision stands, or one that is given explicitly, and nobody has looked at the number.
    pub(crate) sample_rand: Option<SampleRand>,
}

/// Decides, and tells what was wrong with the sampler. A reason says why a transaction is not recorded that would be
/// otherwise; in the mode of rule R6 none would be.
pub(crate) fn decide(
    tracer: &Tracer,
    parent: &Parent,
    description: &dyn Describe,
    explicit: Option<bool>,
) -> (Outcome, Option<LossReason>) {
    let settings = tracer.settings();
    let sampler = match &settings.traces_sampler {
        None => Sampler::Absent,
        // A sampler that need not be asked still says that sampling is configured.
        Some(_) if explicit.is_some() => Sampler::Rate(0.0),
        Some(sampler) => sampler::ask(
            sampler,
            &SamplingContext {
                name: &description.name(),
                op: &description.op(),
                data: &description.data(),
                trace_id: parent.trace_id,
                parent_decision: parent.decision,
                parent_sample_rate: parent.sample_rate,
            },
        ),
    };
    let sampling = Sampling {
        explicit,
        sampler,
        rate: settings.traces_sample_rate,
    };
    // To a decision of the sender, and to one given explicitly, all numbers are the same.
    let sample_rand = parent.sample_rand.map_or(0.0, SampleRand::value);
    let outcome = sampling.decide(parent.decision, sample_rand);
    report(tracer, sampler, &outcome);
    let left_out = match sampler {
        _ if outcome.record || !settings.samples() => None,
        Sampler::Panicked if settings.traces_sample_rate.is_none() => {
            Some(LossReason::CallbackError)
        }
        _ => Some(LossReason::SampleRate),
    };
    (outcome, left_out)
}

fn report(tracer: &Tracer, sampler: Sampler, outcome: &Outcome) {
    let counters = tracer.counters();
    match sampler {
        Sampler::Rate(rate) if outcome.invalid_rate => {
            count(&counters.invalid_sample_rates);
            counters.tell(&Diagnostic::InvalidSampleRate(rate));
        }
        Sampler::Panicked => {
            count(&counters.sampler_panics);
            counters.tell(&Diagnostic::SamplerPanicked);
        }
        _ => {}
    }
}
