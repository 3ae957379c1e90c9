//! The page of the collector that shows the traces, as a browser shows those of the demo.

mod checks;
mod evidence;
mod markup;
mod view;

use crate::case_result::{CaseResult, Mismatch};
use checks::Check;
use evidence::Evidence;

const CASES: [(&str, Check); 8] = [
    ("newest-first", checks::newest_first),
    ("one-waterfall-per-trace", checks::one_waterfall_per_trace),
    ("rows", checks::one_row_per_span),
    ("services", checks::services_share_the_trace),
    ("width-1200", |evidence| checks::fits(evidence, 1200)),
    ("width-360", |evidence| checks::fits(evidence, 360)),
    ("text-not-markup", checks::text_is_no_markup),
    ("no-errors", checks::no_errors),
];

/// Runs all cases. What keeps the demo from running fails each of them.
pub(super) async fn run() -> Vec<CaseResult> {
    let evidence = Evidence::gather().await;
    let outcome = |check: Check| match &evidence {
        Ok(evidence) => check(evidence),
        Err(error) => Err(Mismatch::new("the demo and its page", error)),
    };
    let result = |(case, check): (&str, Check)| CaseResult {
        suite: "traces".to_owned(),
        case: case.to_owned(),
        outcome: outcome(check),
    };
    CASES.into_iter().map(result).collect()
}
