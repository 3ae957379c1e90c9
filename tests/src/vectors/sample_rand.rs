//! `sample_rand.backfill` and `sample_rand.format` (rule R5).

use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::continuation::{SingleLines, received_rate};
use sentry_trace_core::decision::Decision;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sample_rand::SampleRand;
use sentry_trace_core::sentry_trace::SentryTrace;
use sentry_trace_runtime::Tracer;
use sentry_trace_runtime::entropy::Entropy;
use sentry_trace_runtime::testing::SeededEntropy;
use serde::{Deserialize, Serialize};

use super::context::{number, refused, text_of};
use super::options::OptionsInput;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, as_json, compare};

/// `sample_rand.backfill`
pub type Backfill = Vector<BackfillInput, BackfillExpect>;

/// `sample_rand.format`
pub type Format = Vector<FormatInput, FormatExpect>;

/// What came in, as texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BackfillInput {
    /// The flag.
    pub parent_sampled: Option<bool>,
    /// The member `sample_rate`.
    pub sample_rate: Option<String>,
    /// The member `sample_rand`.
    pub sample_rand: Option<String>,
}

/// What has to go on.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum BackfillExpect {
    /// The text that came in.
    Kept(Kept),
    /// Six decimals in an interval.
    Created(Interval),
}

/// A text that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Kept {
    /// Verbatim.
    pub value: String,
}

/// Where a created number lies.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Interval {
    /// The least number.
    pub lower_incl: f64,
    /// What it stays below.
    pub upper_excl: f64,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FormatInput {
    /// In millionths.
    Millionths(u32),
    /// As it is.
    Value(f64),
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FormatExpect {
    /// Six decimals.
    pub text: String,
}

/// A created number depends on the trace id: so many of them are tried.
const TRACE_IDS: usize = 64;

impl Check for Backfill {
    fn check(&self) -> Result<(), Mismatch> {
        let tracer = OptionsInput::default().tracer().map_err(refused)?;
        let baggage = self.input.baggage();
        let trace_ids = SeededEntropy::new(1);
        for _ in 0..TRACE_IDS {
            let trace_id = trace_ids.trace_id();
            self.check_core(trace_id, &baggage)?;
            self.check_tracer(&tracer, trace_id, &baggage)?;
        }
        Ok(())
    }
}

impl Backfill {
    fn check_core(&self, trace_id: TraceId, baggage: &str) -> Result<(), Mismatch> {
        let members = SentryMembers::parse([baggage.as_bytes()]);
        let received = SampleRand::received(members.get("sample_rand"));
        let kept = matches!(self.expect, BackfillExpect::Kept(_));
        compare(&kept, &received.is_some())?;
        if received.is_some() {
            return Ok(());
        }
        let decision = self.input.decision();
        let created = SampleRand::backfill(
            trace_id,
            decision,
            received_rate(members.get("sample_rate")),
        );
        self.expect.accept(&created.value().to_string())
    }

    fn check_tracer(
        &self,
        tracer: &Tracer,
        trace_id: TraceId,
        baggage: &str,
    ) -> Result<(), Mismatch> {
        let header = SentryTrace {
            trace_id,
            span_id: Some(SpanId::from_random([1; 8])),
            decision: self.input.decision(),
        };
        let header = header.to_string();
        let scope = tracer
            .continue_trace(SingleLines {
                sentry_trace: Some(header.as_bytes()),
                baggage: Some(baggage.as_bytes()),
                traceparent: None,
            })
            .scope();
        let members = SentryMembers::parse(scope.baggage().map(str::as_bytes));
        let Some(member) = members.get("sample_rand") else {
            return Err(Mismatch::new(as_json(&self.expect), "no sample_rand"));
        };
        let text = member.value();
        let six_decimals = text.len() == "0.123456".len();
        if matches!(self.expect, BackfillExpect::Created(_)) && !six_decimals {
            return Err(Mismatch::new("six decimals", text));
        }
        self.expect.accept(&text)
    }
}

impl BackfillInput {
    fn decision(&self) -> Decision {
        Decision::from_option(self.parent_sampled)
    }

    /// The members, with a further one that keeps the context from being empty.
    fn baggage(&self) -> String {
        let member = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let mut members = vec![member("release", "1")];
        members.extend(
            self.sample_rate
                .iter()
                .map(|text| member("sample_rate", text)),
        );
        members.extend(
            self.sample_rand
                .iter()
                .map(|text| member("sample_rand", text)),
        );
        text_of(&members)
    }
}

impl BackfillExpect {
    fn accept(&self, text: &str) -> Result<(), Mismatch> {
        let accepted = match self {
            Self::Kept(kept) => kept.value == text,
            Self::Created(interval) => {
                (interval.lower_incl..interval.upper_excl).contains(&number(text)?)
            }
        };
        if accepted {
            Ok(())
        } else {
            Err(Mismatch::new(as_json(self), text))
        }
    }
}

impl Check for Format {
    fn check(&self) -> Result<(), Mismatch> {
        let number = match self.input {
            FormatInput::Millionths(millionths) => SampleRand::from_millionths(millionths),
            FormatInput::Value(value) => SampleRand::new(value),
        };
        let number = number.ok_or_else(|| refused("not in [0, 1)"))?;
        let text = number.to_text().to_string();
        compare(&self.expect, &FormatExpect { text })
    }
}
