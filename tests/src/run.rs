//! A run: every suite on every driver that was asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::arguments::Arguments;
use crate::case_result::CaseResult;
use crate::differences::Differences;
use crate::drivers::Driver;
use crate::exceptions::Exceptions;
use crate::floors::Floors;
use crate::peers::{self, Outcome};
use crate::report::{Failure, Judged, Report};
use crate::suites;
use crate::vectors::Vectors;

/// Reads the files and runs.
///
/// # Errors
/// What could not be read; nothing ran.
pub fn run(arguments: &Arguments) -> Result<Report, Vec<String>> {
    let vectors = Vectors::load(&arguments.vectors)?;
    let own = Vectors::load(&[Vectors::own_folder()])?;
    let exceptions = Exceptions::load(&arguments.exceptions).map_err(|error| vec![error])?;
    let floors = Floors::load(&arguments.floors).map_err(|error| vec![error])?;
    let differences = Differences::load(&Differences::own_file()).map_err(|error| vec![error])?;
    let mut report = Report::default();
    for driver in &arguments.drivers {
        let results: Vec<_> = suites::ALL
            .iter()
            .flat_map(|suite| suite.run(driver, &vectors))
            .collect();
        let extra = extra(&results, &vectors, &own);
        if let Some(violation) = floors.violation(driver.name, results.len() - extra) {
            report.add_problem(violation);
        }
        add(&mut report, driver, results, &exceptions);
    }
    for outcome in peers::run(&arguments.peers) {
        add_peer(&mut report, outcome, &floors, &differences);
    }
    if !arguments.drivers.is_empty() {
        note_what_did_not_run(&mut report, &vectors);
    }
    Ok(report)
}

/// How many cases come of another folder, as further vectors or as copies: they do not make up for what is lost here.
fn extra(results: &[CaseResult], vectors: &Vectors, own: &Vectors) -> usize {
    let mut seen = BTreeSet::new();
    let mut extra = 0;
    for result in results {
        let is_copy = !seen.insert((&result.suite, &result.case));
        let is_vector = vectors.find(&result.case).is_some();
        let is_own = own.find(&result.case).is_some();
        extra += usize::from(is_vector && (is_copy || !is_own));
    }
    extra
}

fn add(report: &mut Report, driver: &Driver, results: Vec<CaseResult>, exceptions: &Exceptions) {
    report.add_driver(driver.name);
    let exceptions = exceptions.of(driver);
    for exception in &exceptions {
        report.add_exception((*exception).clone());
    }
    for problem in exceptions
        .iter()
        .flat_map(|exception| exception.staleness(&results))
    {
        report.add_problem(problem);
    }
    for result in results {
        let is_excepted = exceptions
            .iter()
            .any(|exception| exception.matches(&result));
        report.add(
            driver.name,
            &result.suite.clone(),
            judged(result, is_excepted),
        );
    }
}

fn add_peer(report: &mut Report, outcome: Outcome, floors: &Floors, differences: &Differences) {
    let (peer, sdks, results) = match outcome {
        Outcome::Ran {
            driver,
            sdks,
            results,
        } => (driver, sdks, results),
        Outcome::NotRun { peer, reason } => return report.add_not_run(peer, reason),
    };
    if let Some(violation) = floors.violation(peer, results.len()) {
        report.add_problem(violation);
    }
    let differences = differences.of(peer);
    for row in &differences {
        if let Some(problem) = row.staleness(&results, &sdks) {
            report.add_problem(problem);
        }
    }
    for result in results {
        let row = differences.iter().find(|row| row.matches(&result));
        if let Some(row) = row {
            report.add_difference((*row).clone());
        }
        report.add_peer(peer, &result.suite.clone(), judged(result, row.is_some()));
    }
}

fn judged(result: CaseResult, is_excepted: bool) -> Judged {
    match result.outcome {
        Ok(()) => Judged::Passed,
        Err(_) if is_excepted => Judged::Excepted,
        Err(mismatch) => Judged::Failed(Failure {
            case: result.case,
            mismatch,
        }),
    }
}

/// Vectors that need a driver which did not run are not passed over in silence.
fn note_what_did_not_run(report: &mut Report, vectors: &Vectors) {
    let mut cases = BTreeMap::<_, usize>::new();
    for case in &vectors.cases {
        *cases.entry(case.operation.name()).or_default() += 1;
    }
    for (op, count) in cases {
        if report.cases_of(op) == 0 {
            report.add_note(format!("{count} vectors of {op} ran on no driver"));
        }
    }
}
