//! `continue` (rules R3, R4 and R8).

use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::continuation::{Incoming, IncomingDsc, continue_trace};
use sentry_trace_runtime::Tracer;
use serde::{Deserialize, Serialize};

use super::context::{Frozen, decoded, refused};
use super::options::OptionsInput;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `continue`
pub type Continue = Vector<ContinueInput, Continued>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ContinueInput {
    /// The lines of `sentry-trace`.
    pub sentry_trace: Vec<String>,
    /// The lines of `baggage`.
    pub baggage: Vec<String>,
    /// The lines of `traceparent`.
    #[serde(default)]
    pub traceparent: Vec<String>,
    /// The options of the service.
    #[serde(default)]
    pub options: OptionsInput,
}

/// What has to come out; what is absent is null.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Continued {
    /// Whether the trace is continued.
    pub continued: bool,
    /// The trace.
    pub trace_id: Option<String>,
    /// The sender's span.
    pub parent_span_id: Option<String>,
    /// The sender's decision.
    pub parent_sampled: Option<bool>,
    /// The context, before a missing `sample_rand` is added; `None` where there is none yet.
    pub dsc: Option<Frozen>,
}

impl Check for Continue {
    fn check(&self) -> Result<(), Mismatch> {
        let input = &self.input;
        let tracer = input.options.tracer().map_err(refused)?;
        let incoming = || Incoming {
            sentry_trace: input.sentry_trace.iter().map(String::as_bytes),
            baggage: input.baggage.iter().map(String::as_bytes),
            traceparent: input.traceparent.iter().map(String::as_bytes),
        };
        check(&self.expect, &tracer, incoming)
    }
}

impl Continued {
    /// The head of a new trace.
    pub(super) const NOT: Self = Self {
        continued: false,
        trace_id: None,
        parent_span_id: None,
        parent_sampled: None,
        dsc: None,
    };

    /// A `sample_rand` that is added or replaced comes after what this describes.
    fn without_sample_rand(&self) -> Self {
        let mut without = self.clone();
        if let Some(Frozen::Members(members)) = &mut without.dsc {
            members.retain(|(name, _)| name != "sample_rand");
        }
        without
    }
}

/// Asks core, and then a tracer.
pub(super) fn check<'a, S, B, P>(
    expected: &Continued,
    tracer: &Tracer,
    incoming: impl Fn() -> Incoming<S, B, P>,
) -> Result<(), Mismatch>
where
    S: IntoIterator<Item = &'a [u8]>,
    B: IntoIterator<Item = &'a [u8]>,
    P: IntoIterator<Item = &'a [u8]>,
{
    compare(expected, &by_core(tracer, incoming()))?;
    compare(
        &expected.without_sample_rand(),
        &by_tracer(tracer, incoming()).without_sample_rand(),
    )
}

fn by_core<'a, S, B, P>(tracer: &Tracer, incoming: Incoming<S, B, P>) -> Continued
where
    S: IntoIterator<Item = &'a [u8]>,
    B: IntoIterator<Item = &'a [u8]>,
    P: IntoIterator<Item = &'a [u8]>,
{
    let Ok(continued) = continue_trace(incoming, &tracer.settings().policy()) else {
        return Continued::NOT;
    };
    Continued {
        continued: true,
        trace_id: Some(continued.trace_id.to_string()),
        parent_span_id: continued.parent_span_id.map(|id| id.to_string()),
        parent_sampled: continued.parent_decision.to_option(),
        dsc: Some(match continued.dsc {
            IncomingDsc::Empty => Frozen::EMPTY,
            IncomingDsc::Frozen(members) => Frozen::Members(decoded(&members)),
        }),
    }
}

fn by_tracer<'a, S, B, P>(tracer: &Tracer, incoming: Incoming<S, B, P>) -> Continued
where
    S: IntoIterator<Item = &'a [u8]>,
    B: IntoIterator<Item = &'a [u8]>,
    P: IntoIterator<Item = &'a [u8]>,
{
    let context = tracer.continue_trace(incoming);
    if !context.is_continued() {
        return Continued::NOT;
    }
    let trace_id = context.trace_id().to_string();
    let scope = context.scope();
    let members = |text: &str| decoded(&SentryMembers::parse([text.as_bytes()]));
    Continued {
        continued: true,
        trace_id: Some(trace_id),
        parent_span_id: scope.remote_parent_span_id().map(|id| id.to_string()),
        parent_sampled: scope.decision().to_option(),
        dsc: Some(match scope.baggage() {
            None => Frozen::EMPTY,
            Some(text) => Frozen::Members(members(text)),
        }),
    }
}
