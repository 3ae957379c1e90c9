//! Runs all chains that the asked-for peers make possible.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::case::Case;
use super::chain::Ran;
use super::fleet::Fleet;
use super::hop::{Kind, RUST};
use super::install::{Program, install};
use super::outcome::Outcome;
use super::scenarios;
use crate::case_result::{CaseResult, Mismatch};

/// The peers of this group.
pub(super) const NAMES: &[&str] = &["node", "python", "otel", "rust"];

/// Every driver of this group, in the order of the report.
const DRIVERS: [&str; 5] = ["node", "python", "node+python", "otel", "rust"];

/// Runs every chain whose services can be started. Rust is in all of them, so chains of Rust alone run always.
pub(super) fn run(asked: &[&'static str]) -> Vec<Outcome> {
    let not_run = |peer, reason| Outcome::NotRun { peer, reason };
    let rust = match install(RUST) {
        Ok(program) => program,
        // Our own service needs no tool that this suite has not needed itself.
        Err(reason) => return by_driver(&[lifecycle("start", &[reason])]),
    };
    let mut programs = BTreeMap::from([("rust", rust)]);
    let mut outcomes = Vec::new();
    for kind in [Kind::Node, Kind::Python, Kind::Otel] {
        let peer = kind.peer();
        if asked.contains(&peer) {
            match install(kind) {
                Ok(program) => _ = programs.insert(peer, program),
                Err(reason) => outcomes.push(not_run(peer, reason)),
            }
        }
    }
    let is_there = |case: &Case| {
        let mut kinds = case.chain.hops.iter().map(|hop| hop.kind);
        kinds.all(|kind| programs.contains_key(kind.peer()))
    };
    let cases: Vec<_> = scenarios::all().into_iter().filter(is_there).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads can be started");
    let results = runtime
        .block_on(results(cases, &programs))
        .unwrap_or_else(|reason| vec![lifecycle("start", &[reason])]);
    outcomes.extend(by_driver(&results));
    outcomes
}

/// A case that ran: the name of its driver, what came of it, and which implementations took part.
type Driven = (&'static str, CaseResult, BTreeSet<String>);

async fn results(
    cases: Vec<Case>,
    programs: &BTreeMap<&'static str, Program>,
) -> Result<Vec<Driven>, String> {
    let hops = cases.iter().flat_map(|case| &case.chain.hops);
    let fleet = Fleet::start(hops, |kind| programs[kind.peer()].clone()).await?;
    let mut ran = Vec::new();
    for case in &cases {
        let run = AssertUnwindSafe(case.chain.run(&fleet)).catch_unwind();
        ran.push(
            run.await
                .unwrap_or_else(|_| Err("a service does not answer".to_owned())),
        );
    }
    let (evidence, problems) = fleet.stop().await;
    let judge = |(case, ran): (Case, Result<Ran, String>)| {
        let seen = ran.iter().flat_map(|ran| &ran.seen);
        let sdks = seen.map(|seen| seen.sdk.clone()).collect();
        let outcome = ran
            .map_err(|error| Mismatch::new("every service answers", error))
            .and_then(|ran| (case.check)(&ran, &evidence));
        let result = CaseResult {
            suite: case.scenario.to_owned(),
            outcome,
            case: case.id.clone(),
        };
        (case.driver(), result, sdks)
    };
    let judged = cases.into_iter().zip(ran).map(judge);
    Ok(judged.chain([lifecycle("end", &problems)]).collect())
}

/// That every service started, or ended when it was asked to, is a case of its own.
fn lifecycle(scenario: &str, problems: &[String]) -> Driven {
    let outcome = if problems.is_empty() {
        Ok(())
    } else {
        let expected = format!("every service is well at its {scenario}");
        Err(Mismatch::new(expected, problems.join("; ")))
    };
    let result = CaseResult {
        suite: scenario.to_owned(),
        case: "all services".to_owned(),
        outcome,
    };
    ("rust", result, BTreeSet::new())
}

fn by_driver(results: &[Driven]) -> Vec<Outcome> {
    let of = |driver: &'static str| {
        let of_driver = results.iter().filter(|(of, ..)| *of == driver);
        let sdks: BTreeSet<_> = of_driver
            .clone()
            .flat_map(|(.., sdks)| sdks)
            .cloned()
            .collect();
        let results: Vec<_> = of_driver.map(|(_, result, _)| result.clone()).collect();
        (!results.is_empty()).then(|| Outcome::Ran {
            driver,
            sdks: sdks.into_iter().collect(),
            results,
        })
    };
    DRIVERS.into_iter().filter_map(of).collect()
}
