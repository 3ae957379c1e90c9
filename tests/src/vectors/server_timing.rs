//! `server_timing.write` (rule R11).

use sentry_trace_core::html::server_timing;
use serde::{Deserialize, Serialize};

use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `server_timing.write`
pub type Write = Vector<WriteInput, WriteExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WriteInput {
    /// The value that is there.
    pub existing: Option<String>,
    /// The value of `sentry-trace`.
    pub sentry_trace: String,
    /// The value of `baggage`.
    pub baggage: Option<String>,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct WriteExpect {
    /// The value of the header.
    pub value: String,
}

impl Check for Write {
    fn check(&self) -> Result<(), Mismatch> {
        let input = &self.input;
        let (existing, baggage) = (input.existing.as_deref(), input.baggage.as_deref());
        let value = server_timing(existing, &input.sentry_trace, baggage).to_string();
        compare(&self.expect, &WriteExpect { value })
    }
}
