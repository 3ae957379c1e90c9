//! `outgoing` (rules R3, R8 and R9).

use sentry_trace_core::baggage::{self, SentryMembers};
use sentry_trace_core::decision::Decision;
use sentry_trace_core::headers::{Presence, SignedHeaders, merge_baggage};
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sentry_trace::{self, SentryTrace};
use sentry_trace_core::traceparent;
use sentry_trace_runtime::Settings;
use serde::{Deserialize, Serialize};

use super::context::{Frozen, refused, text_of};
use super::options::OptionsInput;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `outgoing`
pub type Outgoing = Vector<OutgoingInput, OutgoingExpect>;

/// Names and values, in order.
pub type Headers = Vec<(String, String)>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutgoingInput {
    /// The URL of the request; `None` where any will do.
    pub url: Option<String>,
    /// The headers that the caller set, names in any case.
    pub existing: Headers,
    /// The trace that the request is made in.
    pub context: ContextInput,
    /// The options of the service.
    #[serde(default)]
    pub options: OptionsInput,
}

/// The trace that a request is made in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "ContextFields")]
#[non_exhaustive]
pub struct ContextInput {
    /// The trace.
    pub trace_id: String,
    /// The span of the request.
    pub span_id: String,
    /// The decision.
    pub sampled: Option<bool>,
    /// The frozen context.
    pub dsc: ContextDsc,
}

/// A frozen context, before or after it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextDsc {
    /// Decoded members.
    Decoded(Frozen),
    /// The lines that it came in.
    Lines(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContextFields {
    trace_id: String,
    span_id: String,
    sampled: Option<bool>,
    dsc: Option<Frozen>,
    frozen: Option<Vec<String>>,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OutgoingExpect {
    /// All lines of `sentry-trace`, `baggage` and `traceparent` afterwards, sorted by name.
    pub headers: Headers,
}

/// A URL that no option speaks of.
const ANY_URL: &str = "https://service.example/";

impl TryFrom<ContextFields> for ContextInput {
    type Error = &'static str;

    fn try_from(fields: ContextFields) -> Result<Self, Self::Error> {
        let dsc = match (fields.dsc, fields.frozen) {
            (Some(dsc), None) => ContextDsc::Decoded(dsc),
            (None, Some(lines)) => ContextDsc::Lines(lines),
            _ => return Err("a context has either `dsc` or `frozen`"),
        };
        Ok(Self {
            trace_id: fields.trace_id,
            span_id: fields.span_id,
            sampled: fields.sampled,
            dsc,
        })
    }
}

impl ContextDsc {
    /// The text of the context; empty where it has no members.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Decoded(Frozen::Empty(_)) => String::new(),
            Self::Decoded(Frozen::Members(members)) => text_of(members),
            Self::Lines(lines) => {
                let members = SentryMembers::parse(lines.iter().map(String::as_bytes));
                let mut text = Vec::new();
                members.write(&mut text);
                String::from_utf8_lossy(&text).into_owned()
            }
        }
    }
}

impl Check for Outgoing {
    fn check(&self) -> Result<(), Mismatch> {
        let input = &self.input;
        let tracer = input.options.tracer().map_err(refused)?;
        let url = input.url.as_deref().unwrap_or(ANY_URL);
        let mut headers = input.existing.clone();
        if tracer.settings().propagates_to(url) {
            write(&mut headers, &input.context, tracer.settings())?;
        }
        let headers = of_interest(headers);
        compare(&self.expect, &OutgoingExpect { headers })
    }
}

fn write(
    headers: &mut Headers,
    context: &ContextInput,
    settings: &Settings,
) -> Result<(), Mismatch> {
    let trace_id: TraceId = context.trace_id.parse().map_err(refused)?;
    let span_id: SpanId = context.span_id.parse().map_err(refused)?;
    let decision = Decision::from_option(context.sampled);
    let presence = Presence {
        sentry_trace: lines(headers, sentry_trace::NAME).next().is_some(),
        traceparent: lines(headers, traceparent::NAME).next().is_some(),
    };
    let signed = SignedHeaders::read(lines(headers, "authorization"));
    let written = presence.decide(signed, settings.propagate_traceparent);
    if written.sentry_trace {
        let span_id = Some(span_id);
        let header = SentryTrace {
            trace_id,
            span_id,
            decision,
        };
        headers.push((sentry_trace::NAME.to_owned(), header.to_string()));
    }
    if written.traceparent {
        let value = traceparent::format(trace_id, span_id, decision);
        headers.push((traceparent::NAME.to_owned(), value.to_string()));
    }
    if written.baggage {
        let mut value = Vec::new();
        merge_baggage(
            lines(headers, baggage::NAME),
            context.dsc.text().as_bytes(),
            &mut value,
        );
        headers.retain(|(name, _)| !name.eq_ignore_ascii_case(baggage::NAME));
        if !value.is_empty() {
            let value = String::from_utf8_lossy(&value).into_owned();
            headers.push((baggage::NAME.to_owned(), value));
        }
    }
    Ok(())
}

fn lines<'a>(headers: &'a Headers, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    headers
        .iter()
        .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_bytes())
}

/// Our headers, lower-case and sorted by name; lines of one name keep their order.
fn of_interest(headers: Headers) -> Headers {
    let mut ours: Headers = headers
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| {
            [sentry_trace::NAME, baggage::NAME, traceparent::NAME].contains(&name.as_str())
        })
        .collect();
    ours.sort_by(|(a, _), (b, _)| a.cmp(b));
    ours
}
