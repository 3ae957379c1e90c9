//! A run: every suite on every driver that was asked for.

use std::collections::BTreeMap;

use crate::arguments::Arguments;
use crate::case_result::CaseResult;
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
    let exceptions = Exceptions::load(&arguments.exceptions).map_err(|error| vec![error])?;
    let floors = Floors::load(&arguments.floors).map_err(|error| vec![error])?;
    let mut report = Report::default();
    for driver in &arguments.drivers {
        let results: Vec<_> = suites::ALL
            .iter()
            .flat_map(|suite| suite.run(driver, &vectors))
            .collect();
        if let Some(violation) = floors.violation(driver, results.len()) {
            report.add_problem(violation);
        }
        add(&mut report, driver, results, &exceptions);
    }
    for outcome in peers::run(&arguments.peers) {
        add_peer(&mut report, outcome);
    }
    note_what_did_not_run(&mut report, &vectors);
    Ok(report)
}

fn add(report: &mut Report, driver: &Driver, results: Vec<CaseResult>, exceptions: &Exceptions) {
    report.add_driver(driver.name);
    let exceptions = exceptions.of(driver);
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
        let judged = match result.outcome {
            Ok(()) => Judged::Passed,
            Err(_) if is_excepted => Judged::Excepted,
            Err(mismatch) => Judged::Failed(Failure {
                case: result.case,
                mismatch,
            }),
        };
        report.add(driver.name, &result.suite, judged);
    }
}

fn add_peer(report: &mut Report, outcome: Outcome) {
    match outcome {
        Outcome::Ran { driver, results } => {
            report.add_driver(driver);
            for result in results {
                let judged = match result.outcome {
                    Ok(()) => Judged::Passed,
                    Err(mismatch) => Judged::Failed(Failure {
                        case: result.case,
                        mismatch,
                    }),
                };
                report.add(driver, &result.suite, judged);
            }
        }
        Outcome::NotRun { peer, reason } => {
            report.add_note(format!("not run: peer {peer}: {reason}"));
        }
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
