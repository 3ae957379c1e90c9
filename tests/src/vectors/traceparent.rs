//! `traceparent.parse` and `traceparent.format` (rule R8).

use sentry_trace_core::decision::Decision;
use sentry_trace_core::traceparent;
use serde::Deserialize;

use super::context::refused;
use super::reading::{Check, Vector};
use super::sentry_trace::{FormatExpect, FormatInput, ParseExpect};
use crate::case_result::{Mismatch, compare};

/// `traceparent.parse`
pub type Parse = Vector<ValueInput, ParseExpect>;

/// `traceparent.format`
pub type Format = Vector<TraceparentInput, FormatExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ValueInput {
    /// The line of a request.
    pub value: String,
}

/// What goes in, as for `sentry_trace.format`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct TraceparentInput(pub FormatInput);

impl Check for Parse {
    fn check(&self) -> Result<(), Mismatch> {
        let got = ParseExpect::of(traceparent::parse(self.input.value.as_bytes()).ok());
        compare(&self.expect, &got)
    }
}

impl Check for Format {
    fn check(&self) -> Result<(), Mismatch> {
        let TraceparentInput(input) = &self.input;
        let value = traceparent::format(
            input.trace_id.parse().map_err(refused)?,
            input.span_id.parse().map_err(refused)?,
            Decision::from_option(input.sampled),
        )
        .to_string();
        compare(&self.expect, &FormatExpect { value })
    }
}
