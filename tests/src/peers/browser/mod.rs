//! Sentry's browser SDK in headless Chromium, on pages of services of ours; and the page that shows the demo's traces.

mod cases;
mod checks;
mod evidence;
mod page_case;
mod sites;
mod traces;

use std::time::Duration;

use sentry_trace_collector::Collector;

use crate::browser::bundle::bundle;
use crate::browser::chromium::{self, Visit};
use crate::case_result::CaseResult;
use cases::Case;
use evidence::Evidence;
use page_case::PageCase;
use sites::Sites;

/// How long deliveries may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs all cases.
///
/// # Errors
/// What the machine lacks; nothing ran.
pub(super) fn run() -> Result<Vec<CaseResult>, String> {
    chromium::installed()?;
    let script = bundle("case.js")?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let mut results = run_cases(script).await?;
        results.extend(traces::run().await);
        Ok(results)
    })
}

async fn run_cases(script: String) -> Result<Vec<CaseResult>, String> {
    let collector = Collector::start()
        .await
        .map_err(|error| error.to_string())?;
    let cases = cases::all();
    let pages: Vec<_> = cases.iter().map(|case| &case.page).collect();
    let sites = Sites::start(&collector.dsn(), &pages, script).await?;
    let visitors: Vec<_> = pages
        .iter()
        .flat_map(|page| visitors(page, &sites))
        .collect();
    let outcomes = tokio::task::spawn_blocking(move || chromium::visit(&visitors))
        .await
        .map_err(|error| error.to_string())??;
    let expected = pages.iter().map(|page| page.transactions).sum();
    // Fewer than expected fail in the cases that miss them.
    _ = collector.wait_for_transactions(expected, PATIENCE).await;
    sites.flush(PATIENCE).await;
    let mut outcomes = outcomes.into_iter();
    let result = |case: &Case| {
        let outcomes: Vec<_> = outcomes.by_ref().take(case.page.visits).collect();
        let evidence = Evidence::gather(&case.page, outcomes, &collector, &sites);
        CaseResult {
            suite: case.suite.to_owned(),
            case: case.page.name.to_owned(),
            outcome: evidence.is_whole().and_then(|()| (case.check)(&evidence)),
        }
    };
    Ok(cases.iter().map(result).collect())
}

fn visitors(page: &PageCase, sites: &Sites) -> Vec<Vec<Visit>> {
    let visit = Visit {
        url: format!("{}{}", sites.url(page.site), page.page()),
        ..Visit::default()
    };
    vec![vec![visit]; page.visits]
}
