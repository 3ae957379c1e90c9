//! `strict.continue` (rule R4).

use sentry_trace_core::continuation::SingleLines;
use serde::{Deserialize, Serialize};

use super::context::{encoded, refused};
use super::options::OptionsInput;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `strict.continue`
pub type Strict = Vector<StrictInput, StrictExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StrictInput {
    /// The member `org_id` that comes in.
    pub baggage_org_id: Option<String>,
    /// The option `org_id`.
    pub org_id: Option<String>,
    /// The option `dsn`.
    pub dsn: Option<String>,
    /// The option `strict_trace_continuation`.
    pub strict: bool,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct StrictExpect {
    /// Whether the trace is continued.
    #[serde(rename = "continue")]
    pub is_continued: bool,
}

const SENTRY_TRACE: &[u8] = b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1";

impl Check for Strict {
    fn check(&self) -> Result<(), Mismatch> {
        let input = &self.input;
        let options = OptionsInput {
            org_id: input.org_id.clone(),
            dsn: input.dsn.clone(),
            strict: Some(input.strict),
            ..OptionsInput::default()
        };
        let tracer = options.tracer().map_err(refused)?;
        let org_id = input.baggage_org_id.as_deref();
        let baggage = org_id.map(|org_id| format!("sentry-org_id={}", encoded(org_id)));
        let context = tracer.continue_trace(SingleLines {
            sentry_trace: Some(SENTRY_TRACE),
            baggage: baggage.as_deref().map(str::as_bytes),
            traceparent: None,
        });
        let is_continued = context.is_continued();
        compare(&self.expect, &StrictExpect { is_continued })
    }
}
