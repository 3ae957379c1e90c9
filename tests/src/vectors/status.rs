//! `http_status` (rule R10).

use sentry_trace_core::status::SpanStatus;
use serde::{Deserialize, Serialize};

use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `http_status`
pub type HttpStatus = Vector<StatusInput, StatusExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StatusInput {
    /// The status code of a response.
    pub status: u16,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StatusExpect {
    /// The status of its span.
    pub span_status: String,
}

impl Check for HttpStatus {
    fn check(&self) -> Result<(), Mismatch> {
        let span_status = SpanStatus::from_http(self.input.status).to_string();
        compare(&self.expect, &StatusExpect { span_status })
    }
}
