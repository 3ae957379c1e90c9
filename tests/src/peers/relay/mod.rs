//! Sentry's Relay, the ingestion side itself, between this project's exporter and an upstream that keeps what Relay makes
//! of it: nothing may be dropped, nothing marked as wrong, and what was recorded has to come out.

mod build;
mod cases;
mod checks;
mod config;
mod process;
mod upstream;

use crate::case_result::CaseResult;
use build::build;
use cases::Case;
use process::Relay;
use upstream::Upstream;

/// Runs all cases.
///
/// # Errors
/// What the machine lacks; nothing ran.
pub(super) fn run() -> Result<Vec<CaseResult>, String> {
    let program = build()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let upstream = Upstream::start().await.map_err(|error| error.to_string())?;
        let relay = Relay::start(&program, &upstream).await?;
        let cases = cases::all();
        let sending = relay.address;
        let sent = tokio::task::spawn_blocking(move || {
            let send = |case: &Case| (case.send)(sending);
            cases
                .iter()
                .map(|case| (case.suite, case.name, send(case)))
                .collect::<Vec<_>>()
        });
        let sent = sent.await.map_err(|error| error.to_string())?;
        // What Relay has is delivered, and counted, when it is asked to end.
        relay.stop().await?;
        let received = upstream.received();
        let result = |(suite, case, sent): (&str, &str, cases::Sent)| CaseResult {
            suite: suite.to_owned(),
            case: case.to_owned(),
            outcome: checks::check(&sent, &received),
        };
        Ok(sent.into_iter().map(result).collect())
    })
}
