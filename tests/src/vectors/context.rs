//! `dsc.head` (rules R6 and R7), and contexts as data.

use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::decision::Decision;
use sentry_trace_core::dsc;
use sentry_trace_core::id::TraceId;
use sentry_trace_core::sample_rand::SampleRand;
use serde::{Deserialize, Serialize};

use super::options::OptionsInput;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// Names without the prefix, and decoded values.
pub type Members = Vec<(String, String)>;

/// `dsc.head`
pub type Head = Vector<HeadInput, HeadExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HeadInput {
    /// The options of the service.
    pub options: OptionsInput,
    /// The root span, if there is one.
    pub span: Option<SpanInput>,
    /// The trace.
    pub trace_id: String,
    /// The rate of the decision.
    pub sample_rate: Option<f64>,
    /// The number that the decision compared.
    pub sample_rand: String,
    /// The decision.
    pub sampled: Option<bool>,
}

/// A root span.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SpanInput {
    /// Its name.
    pub name: String,
    /// Where the name comes from.
    pub source: Source,
}

/// Where a name comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names of the protocol")]
#[non_exhaustive]
pub enum Source {
    Custom,
    Url,
    Route,
    View,
    Component,
    Task,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HeadExpect {
    /// The members, in order.
    pub dsc: Members,
}

/// A frozen context.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum Frozen {
    /// Without members.
    Empty(FrozenEmpty),
    /// With these.
    Members(Members),
}

/// The mark of an empty one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FrozenEmpty {
    /// `"frozen_empty"`
    FrozenEmpty,
}

impl Frozen {
    /// Without members.
    pub const EMPTY: Self = Self::Empty(FrozenEmpty::FrozenEmpty);
}

impl Check for Head {
    fn check(&self) -> Result<(), Mismatch> {
        let input = &self.input;
        let tracer = input.options.tracer().map_err(refused)?;
        let service = &tracer.settings().service;
        let named = input
            .span
            .as_ref()
            .filter(|span| span.source != Source::Url);
        let head = dsc::Head {
            public_key: service.public_key.as_deref(),
            sample_rate: input.sample_rate,
            decision: Decision::from_option(input.sampled),
            org_id: service.org_id.as_deref(),
            environment: &service.environment,
            release: service.release.as_deref(),
            transaction: named.map(|span| span.name.as_str()),
            ..dsc::Head::new(
                input.trace_id.parse().map_err(refused)?,
                number(&input.sample_rand).and_then(|value| {
                    SampleRand::new(value).ok_or_else(|| refused("not in [0, 1)"))
                })?,
            )
        };
        let mut text = Vec::new();
        head.write(&mut text);
        let dsc = decoded(&SentryMembers::parse([text.as_slice()]));
        compare(&self.expect, &HeadExpect { dsc })
    }
}

/// The input itself cannot be used.
pub(super) fn refused(reason: impl std::fmt::Display) -> Mismatch {
    Mismatch::new("a usable input", reason.to_string())
}

/// A number in an input's text.
pub(super) fn number(text: &str) -> Result<f64, Mismatch> {
    text.parse().map_err(refused)
}

/// The members, decoded.
pub(super) fn decoded(members: &SentryMembers<'_>) -> Members {
    let pairs = members
        .iter()
        .map(|member| (member.name().to_owned(), member.value().into_owned()));
    pairs.collect()
}

/// The text of a context with these members, the empty ones left out.
pub(super) fn text_of(members: &[(String, String)]) -> String {
    let texts: Vec<_> = members
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("sentry-{name}={}", encoded(value)))
        .collect();
    texts.join(",")
}

/// A value as the library encodes it: read off a context that it wrote, where the transaction stands last.
pub(super) fn encoded(value: &str) -> String {
    let trace_id = TraceId::from_random([0; 16]);
    let head = dsc::Head {
        decision: Decision::Sampled,
        transaction: Some(value),
        ..dsc::Head::new(trace_id, SampleRand::of(trace_id))
    };
    let mut text = Vec::new();
    head.write(&mut text);
    let text = String::from_utf8_lossy(&text);
    let transaction = text.split_once("sentry-transaction=");
    transaction.map_or_else(String::new, |(_, encoded)| encoded.to_owned())
}
