//! `sampling.decide` (rules R5 and R6).

use std::panic::resume_unwind;

use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::continuation::SingleLines;
use sentry_trace_core::decision::Decision;
use sentry_trace_core::dsc::Changes;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sampling::{self, Sampling};
use sentry_trace_core::sentry_trace::SentryTrace;
use sentry_trace_runtime::{Options, Tracer};
use serde::{Deserialize, Serialize};

use super::context::{number, refused};
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `sampling.decide`
pub type Decide = Vector<DecideInput, DecideExpect>;

/// What goes in; what is absent is not set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DecideInput {
    /// The decision given where the span is started.
    pub explicit: Option<bool>,
    /// What the sampler does.
    pub sampler: Option<SamplerInput>,
    /// The parent's decision.
    pub parent_sampled: Option<bool>,
    /// `traces_sample_rate`
    pub rate: Option<f64>,
    /// The number that is compared.
    pub sample_rand: String,
}

/// What a sampler does.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum SamplerInput {
    /// Returns this.
    Rate(f64),
    /// Does what JSON numbers cannot say.
    Word(SamplerWord),
}

/// What JSON numbers cannot say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum SamplerWord {
    /// Returns no number.
    #[serde(rename = "nan")]
    Nan,
    /// Returns infinity.
    #[serde(rename = "inf")]
    Infinity,
    /// Returns minus infinity.
    #[serde(rename = "-inf")]
    MinusInfinity,
    /// Panics.
    #[serde(rename = "panics")]
    Panics,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DecideExpect {
    /// The decision; `None` is deferred.
    pub sampled: Option<bool>,
    /// The member `sample_rate` that is written, if one is.
    pub sample_rate_written: Option<String>,
}

impl Check for Decide {
    fn check(&self) -> Result<(), Mismatch> {
        compare(&self.expect, &by_core(&self.input)?)?;
        compare(&self.expect, &by_tracer(&self.input)?)
    }
}

impl SamplerInput {
    /// What came of asking; `None` is a panic.
    const fn answer(self) -> Option<f64> {
        match self {
            Self::Rate(rate) => Some(rate),
            Self::Word(SamplerWord::Nan) => Some(f64::NAN),
            Self::Word(SamplerWord::Infinity) => Some(f64::INFINITY),
            Self::Word(SamplerWord::MinusInfinity) => Some(f64::NEG_INFINITY),
            Self::Word(SamplerWord::Panics) => None,
        }
    }

    /// A sampler that does it.
    fn ask(self) -> f64 {
        // Unwinds as a panic does, without a message on the terminal.
        self.answer()
            .unwrap_or_else(|| resume_unwind(Box::new("the sampler panics")))
    }
}

fn by_core(input: &DecideInput) -> Result<DecideExpect, Mismatch> {
    let sampling = Sampling {
        explicit: input.explicit,
        sampler: match input.sampler.map(SamplerInput::answer) {
            None => sampling::Sampler::Absent,
            Some(None) => sampling::Sampler::Panicked,
            Some(Some(rate)) => sampling::Sampler::Rate(rate),
        },
        rate: input.rate,
    };
    let parent = Decision::from_option(input.parent_sampled);
    let outcome = sampling.decide(parent, number(&input.sample_rand)?);
    let changes = Changes {
        sample_rand: None,
        decided: outcome.decided_rate.zip(outcome.decision.to_option()),
    };
    let mut text = Vec::new();
    changes.write(b"", &mut text);
    Ok(DecideExpect {
        sampled: outcome.decision.to_option(),
        sample_rate_written: sample_rate(&text),
    })
}

/// The number that is compared comes in with a trace: that of a head follows from its random id.
fn by_tracer(input: &DecideInput) -> Result<DecideExpect, Mismatch> {
    let header = SentryTrace {
        trace_id: TraceId::from_random([1; 16]),
        span_id: Some(SpanId::from_random([1; 8])),
        decision: Decision::from_option(input.parent_sampled),
    }
    .to_string();
    let baggage = format!("sentry-sample_rand={}", input.sample_rand);
    let tracer = tracer(input)?;
    let context = tracer.continue_trace(SingleLines {
        sentry_trace: Some(header.as_bytes()),
        baggage: Some(baggage.as_bytes()),
        traceparent: None,
    });
    let span = context.start_span("decide");
    let span = match input.explicit {
        Some(sampled) => span.sampled(sampled),
        None => span,
    }
    .start();
    Ok(DecideExpect {
        sampled: span.decision().to_option(),
        sample_rate_written: sample_rate(span.baggage().unwrap_or_default().as_bytes()),
    })
}

fn tracer(input: &DecideInput) -> Result<Tracer, Mismatch> {
    let mut options = Options::new().ignore_environment();
    if let Some(rate) = input.rate {
        options = options.traces_sample_rate(rate);
    }
    if let Some(sampler) = input.sampler {
        options = options.traces_sampler(move |_| sampler.ask());
    }
    Tracer::new(options).map_err(refused)
}

fn sample_rate(context: &[u8]) -> Option<String> {
    let members = SentryMembers::parse([context]);
    Some(members.get("sample_rate")?.value().into_owned())
}
