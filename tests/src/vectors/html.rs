//! `html.allowed`, `meta.render` and `props.render` (rule R11).

use sentry_trace_core::html;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::context::refused;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `html.allowed`
pub type Allowed = Vector<AllowedInput, AllowedExpect>;

/// `meta.render`
pub type Meta = Vector<PairInput, MetaExpect>;

/// `props.render`
pub type Props = Vector<PairInput, PropsExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AllowedInput {
    /// The line of `Cache-Control`.
    pub cache_control: Option<String>,
    /// The status of the response.
    pub status: u16,
    /// Its `Content-Type`; absent where it is not in question.
    pub content_type: Option<String>,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct AllowedExpect {
    /// Whether the trace may be put in.
    pub inject: bool,
}

/// What goes in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PairInput {
    /// The value of `sentry-trace`.
    pub sentry_trace: Option<String>,
    /// The value of `baggage`.
    pub baggage: Option<String>,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MetaExpect {
    /// The tags.
    pub html: String,
}

/// What has to come out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PropsExpect {
    /// The object; compared parsed except for the escapes that a page needs.
    pub json: String,
}

impl Check for Allowed {
    fn check(&self) -> Result<(), Mismatch> {
        let input = &self.input;
        let cache_control = input.cache_control.iter().map(String::as_bytes);
        let is_html = |content_type: &String| html::is_html(content_type.as_bytes());
        let inject = html::may_carry_trace(input.status, cache_control)
            && input.content_type.as_ref().is_none_or(is_html);
        compare(&self.expect, &AllowedExpect { inject })
    }
}

impl Check for Meta {
    fn check(&self) -> Result<(), Mismatch> {
        let html = html::MetaTags {
            sentry_trace: self.input.sentry_trace.as_deref(),
            baggage: self.input.baggage.as_deref(),
        }
        .to_string();
        compare(&self.expect, &MetaExpect { html })
    }
}

impl Check for Props {
    fn check(&self) -> Result<(), Mismatch> {
        let props = html::Props {
            sentry_trace: self.input.sentry_trace.as_deref(),
            baggage: self.input.baggage.as_deref(),
        };
        let in_page = props.to_string();
        let expected: Value = serde_json::from_str(&self.expect.json).map_err(refused)?;
        compare(&expected, &serde_json::from_str(&in_page).map_err(refused)?)?;
        compare(&expected, &serde_json::to_value(props).map_err(refused)?)?;
        if in_page.contains(['<', '>', '&']) {
            return Err(Mismatch::new("`<`, `>` and `&` escaped", in_page));
        }
        Ok(())
    }
}
