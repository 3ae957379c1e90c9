//! What came of all cases: counted, listed and printed.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::case_result::Mismatch;
use crate::differences::Difference;
use crate::exceptions::Exception;

/// A case, with the exceptions taken into account.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Judged {
    /// It passed.
    Passed,
    /// It failed, and no exception says why.
    Failed(Failure),
    /// It failed, as an exception says.
    Excepted,
}

/// A case that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The id of the case.
    pub case: String,
    /// What was wrong.
    pub mismatch: Mismatch,
}

/// How many cases came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// All cases that ran.
    pub cases: usize,
    /// Those that passed.
    pub passed: usize,
    /// Those that failed.
    pub failed: usize,
    /// Those that failed as an exception says.
    pub excepted: usize,
}

/// One suite on one driver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SuiteReport {
    #[serde(flatten)]
    pub(crate) counts: Counts,
    #[serde(skip)]
    failures: Vec<Failure>,
}

/// All suites on one driver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DriverReport {
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) suites: BTreeMap<String, SuiteReport>,
}

/// A peer that did not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct NotRun {
    pub(crate) peer: String,
    pub(crate) reason: String,
}

/// All suites on all drivers, and all scenarios with all peers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    #[serde(flatten)]
    counts: Counts,
    pub(crate) drivers: BTreeMap<String, DriverReport>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) peers: BTreeMap<String, DriverReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_run: Vec<NotRun>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) exceptions: Vec<Exception>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) differences: Vec<Difference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) problems: Vec<String>,
    #[serde(skip)]
    pub(crate) notes: Vec<String>,
}

impl Counts {
    fn add(&mut self, judged: &Judged) {
        self.cases += 1;
        match judged {
            Judged::Passed => self.passed += 1,
            Judged::Failed(_) => self.failed += 1,
            Judged::Excepted => self.excepted += 1,
        }
    }
}

impl DriverReport {
    fn add(&mut self, suite: &str, judged: Judged) {
        let suite = self.suites.entry(suite.to_owned()).or_default();
        for counts in [&mut self.counts, &mut suite.counts] {
            counts.add(&judged);
        }
        if let Judged::Failed(failure) = judged {
            suite.failures.push(failure);
        }
    }
}

impl Report {
    /// A driver that runs, also when no case comes of it.
    pub fn add_driver(&mut self, driver: &str) {
        self.drivers.entry(driver.to_owned()).or_default();
    }

    /// A case that ran.
    pub fn add(&mut self, driver: &str, suite: &str, judged: Judged) {
        self.counts.add(&judged);
        let driver = self.drivers.entry(driver.to_owned()).or_default();
        driver.add(suite, judged);
    }

    /// A case with a peer that ran.
    pub fn add_peer(&mut self, peer: &str, scenario: &str, judged: Judged) {
        self.counts.add(&judged);
        let peer = self.peers.entry(peer.to_owned()).or_default();
        peer.add(scenario, judged);
    }

    /// A peer that did not run.
    pub fn add_not_run(&mut self, peer: &str, reason: String) {
        let peer = peer.to_owned();
        self.not_run.push(NotRun { peer, reason });
    }

    /// An exception that is for cases of this run.
    pub fn add_exception(&mut self, exception: Exception) {
        self.exceptions.push(exception);
    }

    /// A difference that was observed.
    pub fn add_difference(&mut self, difference: Difference) {
        self.differences.push(difference);
    }

    /// Something that is wrong apart from the cases: a stale exception, a floor.
    pub fn add_problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Something to know that is not wrong.
    pub fn add_note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// All cases together.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The cases of one suite on all drivers.
    #[must_use]
    pub fn cases_of(&self, suite: &str) -> usize {
        let reports = self.drivers.values();
        let suites = reports.filter_map(|driver| driver.suites.get(suite));
        suites.map(|suite| suite.counts.cases).sum()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.counts.failed == 0 && self.problems.is_empty()
    }

    /// The counts on one line.
    #[must_use]
    pub fn json(&self) -> String {
        crate::case_result::as_json(self)
    }

    fn all(&self) -> impl Iterator<Item = (&String, &DriverReport)> {
        self.drivers.iter().chain(&self.peers)
    }

    /// Each failure with its driver and suite.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (&str, &str, &Failure)> {
        self.all().flat_map(|(driver, report)| {
            report.suites.iter().flat_map(move |(suite, report)| {
                let failures = report.failures.iter();
                failures.map(move |failure| (driver.as_str(), suite.as_str(), failure))
            })
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (driver, suite, Failure { case, mismatch }) in self.failures() {
            writeln!(f, "FAILED {driver} {suite} {case}\n{mismatch}\n")?;
        }
        row(
            f,
            "driver",
            "suite",
            ["cases", "passed", "failed", "excepted"],
        )?;
        for (driver, report) in self.all() {
            for (suite, report) in &report.suites {
                counts_row(f, driver, suite, report.counts)?;
            }
            counts_row(f, driver, "all", report.counts)?;
        }
        counts_row(f, "all", "", self.counts)?;
        for NotRun { peer, reason } in &self.not_run {
            writeln!(f, "not run: peer {peer}: {reason}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for problem in &self.problems {
            writeln!(f, "FAILED {problem}")?;
        }
        Ok(())
    }
}

fn counts_row(
    f: &mut fmt::Formatter<'_>,
    driver: &str,
    suite: &str,
    counts: Counts,
) -> fmt::Result {
    let numbers = [counts.cases, counts.passed, counts.failed, counts.excepted];
    row(f, driver, suite, numbers)
}

fn row<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    driver: &str,
    suite: &str,
    [cases, passed, failed, excepted]: [T; 4],
) -> fmt::Result {
    writeln!(
        f,
        "{driver:<16} {suite:<24} {cases:>8} {passed:>8} {failed:>8} {excepted:>8}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(case: &str) -> Judged {
        Judged::Failed(Failure {
            case: case.to_owned(),
            mismatch: Mismatch::new("this", "that"),
        })
    }

    #[test]
    fn cases_are_counted_at_each_level() {
        let mut report = Report::default();
        report.add("core", "a", Judged::Passed);
        report.add("core", "b", Judged::Excepted);
        assert!(report.is_success());
        report.add("core", "b", failed("b/1"));
        assert!(!report.is_success());
        assert_eq!(report.cases_of("b"), 2);
        assert_eq!(
            report.json(),
            r#"{"cases":3,"passed":1,"failed":1,"excepted":1,"drivers":{"core":{"cases":3,"passed":1,"failed":1,"excepted":1,"suites":{"a":{"cases":1,"passed":1,"failed":0,"excepted":0},"b":{"cases":2,"passed":0,"failed":1,"excepted":1}}}}}"#
        );
        let shown = report.to_string();
        assert!(shown.starts_with("FAILED core b b/1\n    expected this\n    got      that\n"));
    }

    #[test]
    fn a_problem_is_no_success() {
        let mut report = Report::default();
        report.add_note("something".to_owned());
        assert!(report.is_success());
        report.add_problem("floor".to_owned());
        assert!(!report.is_success());
        assert!(report.to_string().ends_with("FAILED floor\n"));
    }
}
