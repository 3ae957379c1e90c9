//! `targets.match` (rule R9).

use sentry_trace_runtime::Tracer;
use serde::{Deserialize, Serialize};

use super::options::{OptionsInput, TargetInput};
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `targets.match`
pub type Match = Vector<MatchInput, MatchExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MatchInput {
    /// The URL of a request.
    pub url: String,
    /// The option; `None` where it is not set.
    pub targets: Option<Vec<TargetInput>>,
}

/// What has to come out: either of the two.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MatchExpect {
    /// Whether the request gets headers.
    #[serde(rename = "match")]
    pub is_match: Option<bool>,
    /// Whether the options are refused when they are built.
    #[serde(default)]
    pub build_error: bool,
}

impl Check for Match {
    fn check(&self) -> Result<(), Mismatch> {
        let options = OptionsInput {
            targets: self.input.targets.clone(),
            ..OptionsInput::default()
        };
        let tracer = options.tracer();
        let settings = tracer.as_ref().ok().map(Tracer::settings);
        let expect_of = |is_match| MatchExpect {
            is_match,
            build_error: settings.is_none(),
        };
        let url = self.input.url.as_str();
        let by_targets = settings.map(|settings| settings.trace_propagation_targets.matches(url));
        compare(&self.expect, &expect_of(by_targets))?;
        if url.is_empty() {
            // An unknown URL: a text like any other for the targets, and no headers for a request.
            return compare(
                &false,
                &settings.is_some_and(|settings| settings.propagates_to(url)),
            );
        }
        let by_settings = settings.map(|settings| settings.propagates_to(url));
        compare(&self.expect, &expect_of(by_settings))
    }
}
