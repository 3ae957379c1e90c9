//! `baggage.merge` and `baggage.parse` (rules R2 and R8).

use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::headers::merge_baggage;
use serde::{Deserialize, Serialize};

use super::context::{Members, decoded, text_of};
use super::reading::{Check, Vector, nullable};
use crate::case_result::{Mismatch, compare};

/// `baggage.merge`
pub type Merge = Vector<MergeInput, Option<MergeExpect>>;

/// `baggage.parse`
pub type Parse = Vector<ParseInput, ParseExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MergeInput {
    /// The lines that are there.
    pub existing: Vec<String>,
    /// Our members, decoded.
    pub dsc: Members,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MergeExpect {
    /// The one line; `None` where there is no such header.
    #[serde(deserialize_with = "nullable")]
    pub value: Option<String>,
}

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ParseInput {
    /// The lines of a request.
    pub lines: Vec<String>,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ParseExpect {
    /// The sentry members, decoded, their prefix stripped.
    pub members: Members,
}

impl Check for Merge {
    fn check(&self) -> Result<(), Mismatch> {
        let mut value = Vec::new();
        let existing = self.input.existing.iter().map(String::as_bytes);
        let length = merge_baggage(existing, text_of(&self.input.dsc).as_bytes(), &mut value);
        compare(&value.len(), &length)?;
        let value = String::from_utf8_lossy(&value).into_owned();
        let expected = self.expect.as_ref().and_then(|expect| expect.value.clone());
        compare(&expected, &Some(value).filter(|value| !value.is_empty()))
    }
}

impl Check for Parse {
    fn check(&self) -> Result<(), Mismatch> {
        let lines = self.input.lines.iter().map(String::as_bytes);
        let members = decoded(&SentryMembers::parse(lines));
        compare(&self.expect, &ParseExpect { members })
    }
}
