//! `sentry_trace.parse` and `sentry_trace.format` (rules R1 and R8).

use sentry_trace_core::decision::Decision;
use sentry_trace_core::sentry_trace::SentryTrace;
use serde::{Deserialize, Serialize};

use super::context::refused;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `sentry_trace.parse`
pub type Parse = Vector<ParseInput, ParseExpect>;

/// `sentry_trace.format`
pub type Format = Vector<FormatInput, FormatExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ParseInput {
    /// The lines of a request.
    pub values: Vec<String>,
}

/// What has to come out: a header or an error.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ParseExpect {
    /// The trace.
    pub trace_id: Option<String>,
    /// The sender's span.
    pub parent_span_id: Option<String>,
    /// The sender's decision; `None` is deferred.
    pub sampled: Option<bool>,
    /// Whether there is no usable header.
    #[serde(default)]
    pub error: bool,
}

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FormatInput {
    /// The trace.
    pub trace_id: String,
    /// The span of the request.
    pub span_id: String,
    /// The decision; `None` is deferred.
    pub sampled: Option<bool>,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FormatExpect {
    /// The value of the header.
    pub value: String,
}

impl ParseExpect {
    /// What came of reading.
    pub(super) fn of(header: Option<SentryTrace>) -> Self {
        match header {
            None => Self {
                error: true,
                ..Self::default()
            },
            Some(header) => Self {
                trace_id: Some(header.trace_id.to_string()),
                parent_span_id: header.span_id.map(|id| id.to_string()),
                sampled: header.decision.to_option(),
                error: false,
            },
        }
    }
}

impl Check for Parse {
    fn check(&self) -> Result<(), Mismatch> {
        let lines = self.input.values.iter().map(String::as_bytes);
        let got = ParseExpect::of(SentryTrace::parse_lines(lines).ok());
        compare(&self.expect, &got)
    }
}

impl Check for Format {
    fn check(&self) -> Result<(), Mismatch> {
        let header = SentryTrace {
            trace_id: self.input.trace_id.parse().map_err(refused)?,
            span_id: Some(self.input.span_id.parse().map_err(refused)?),
            decision: Decision::from_option(self.input.sampled),
        };
        let value = header.to_string();
        compare(&self.expect, &FormatExpect { value })
    }
}
