//! The table at the end.

use std::fmt::Write as _;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed(Duration),
    Failed(Duration),
    NotRun,
}

#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) outcome: Outcome,
    pub(super) reproduce: String,
}

impl Row {
    pub(super) fn failed(&self) -> bool {
        matches!(self.outcome, Outcome::Failed(_))
    }

    fn passed(&self) -> bool {
        matches!(self.outcome, Outcome::Passed(_))
    }
}

/// A row a step, and at the end the plain line `N passed, N failed`.
pub(super) fn summary(rows: &[Row]) -> String {
    let mut text = String::from("\nstep          result        time  reproduce\n");
    for row in rows {
        let (result, time) = match row.outcome {
            Outcome::Passed(time) => ("passed", seconds(time)),
            Outcome::Failed(time) => ("FAILED", seconds(time)),
            Outcome::NotRun => ("not run", "-".to_owned()),
        };
        let _ = writeln!(
            text,
            "{:<12}  {result:<7}  {time:>9}  {}",
            row.name, row.reproduce
        );
    }
    let passed = rows.iter().filter(|row| row.passed()).count();
    let failed = rows.iter().filter(|row| row.failed()).count();
    let _ = writeln!(text, "\n{passed} passed, {failed} failed");
    text
}

pub(super) fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Outcome, Row, summary};

    #[test]
    fn counts_steps_and_names_those_that_did_not_run() {
        let row = |name, outcome| Row {
            name,
            outcome,
            reproduce: format!("cargo {name}"),
        };
        let text = summary(&[
            row("fmt", Outcome::Passed(Duration::from_millis(1250))),
            row("tidy", Outcome::Failed(Duration::from_secs(2))),
            row("clippy", Outcome::NotRun),
        ]);
        assert!(
            text.contains("fmt           passed       1.2 s  cargo fmt\n"),
            "{text}"
        );
        assert!(text.contains("tidy          FAILED "), "{text}");
        assert!(
            text.contains("clippy        not run          -  cargo clippy\n"),
            "{text}"
        );
        assert_eq!(text.lines().last(), Some("1 passed, 1 failed"));
    }
}
