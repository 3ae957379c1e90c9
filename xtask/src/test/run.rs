//! Running steps one after the other.

use std::io;
use std::path::Path;
use std::process::ExitStatus;
use std::time::Instant;

use super::no_std_proof;
use super::plan::{Step, Work};
use super::report::{Outcome, Row, seconds};
use crate::fallible::Fallible;
use crate::process::Invocation;

/// Where the commands run and where all of them build.
pub(super) struct Place<'a> {
    pub(super) root: &'a Path,
    pub(super) target_directory: &'a Path,
}

/// Runs every step with `run`; after a failure the rest only with `keep_going`.
pub(super) fn all(
    steps: &[Step],
    keep_going: bool,
    mut run: impl FnMut(&Step) -> Fallible<()>,
) -> Vec<Row> {
    let mut stopped = false;
    let mut rows = Vec::new();
    for step in steps {
        let outcome = if stopped {
            Outcome::NotRun
        } else {
            timed(step, &mut run)
        };
        stopped |= matches!(outcome, Outcome::Failed(_)) && !keep_going;
        rows.push(Row {
            name: step.name,
            outcome,
            reproduce: step.reproduce(),
        });
    }
    rows
}

fn timed(step: &Step, run: impl FnOnce(&Step) -> Fallible<()>) -> Outcome {
    println!("\n== {}: {}", step.name, step.about);
    println!("   reproduce: {}", step.reproduce());
    let start = Instant::now();
    let result = run(step);
    let time = start.elapsed();
    match result {
        Ok(()) => {
            println!("== {} passed in {}", step.name, seconds(time));
            Outcome::Passed(time)
        }
        Err(error) => {
            println!("== {} FAILED in {}: {error}", step.name, seconds(time));
            Outcome::Failed(time)
        }
    }
}

/// Runs one step's work, after what it needs is there.
pub(super) fn step(step: &Step, place: &Place<'_>, keep_going: bool) -> Fallible<()> {
    for need in &step.needs {
        need.ensure()?;
    }
    match &step.work {
        Work::Calls(calls) => run_calls(calls, keep_going, |call| status(call, place)),
        Work::NoStdProof => no_std_proof::prove(place.root, place.target_directory),
    }
}

/// Runs calls with `run`, which tells how a call ended; after a failure the rest only with
/// `keep_going`.
fn run_calls(
    calls: &[Invocation],
    keep_going: bool,
    run: impl Fn(&Invocation) -> io::Result<ExitStatus>,
) -> Fallible<()> {
    let mut failures = Vec::new();
    for call in calls {
        println!("$ {call}");
        match run(call) {
            Ok(status) if status.success() => continue,
            Ok(status) => failures.push(format!("`{call}` ended with {status}")),
            Err(error) => failures.push(format!("`{call}` did not start: {error}")),
        }
        if !keep_going {
            break;
        }
    }
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures.join("; ").into())
    }
}

fn status(call: &Invocation, place: &Place<'_>) -> io::Result<ExitStatus> {
    call.command_in(place.root)
        .env("CARGO_TARGET_DIR", place.target_directory)
        .status()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Stdio;

    use super::super::plan::{Step, Work};
    use super::super::report::Outcome;
    use super::{Place, all, run_calls};
    use crate::process::Invocation;

    fn named(name: &'static str) -> Step {
        Step {
            name,
            about: String::new(),
            needs: Vec::new(),
            work: Work::Calls(Vec::new()),
        }
    }

    fn outcomes(keep_going: bool) -> Vec<&'static str> {
        let steps = ["a", "b", "c"].map(named);
        let rows = all(&steps, keep_going, |step| match step.name {
            "b" => Err("planted".into()),
            _ => Ok(()),
        });
        rows.iter()
            .map(|row| match row.outcome {
                Outcome::Passed(_) => "passed",
                Outcome::Failed(_) => "failed",
                Outcome::NotRun => "not run",
            })
            .collect()
    }

    #[test]
    fn stops_at_the_first_failure() {
        assert_eq!(outcomes(false), ["passed", "failed", "not run"]);
    }

    #[test]
    fn keeps_going_when_asked_to() {
        assert_eq!(outcomes(true), ["passed", "failed", "passed"]);
    }

    #[test]
    fn the_commands_exit_code_decides() {
        let place = Place {
            root: Path::new(env!("CARGO_MANIFEST_DIR")),
            target_directory: Path::new("target"),
        };
        let quiet = |call: &Invocation| {
            let mut command = call.command_in(place.root);
            command.stdout(Stdio::null()).stderr(Stdio::null()).status()
        };
        let calls = |lines: &[&str]| -> Vec<_> {
            let words = lines.iter().map(|line| line.split_whitespace());
            words.map(Invocation::cargo).collect()
        };
        assert!(run_calls(&calls(&["--version"]), false, quiet).is_ok());
        let bad = calls(&["no-such-command", "--version", "nor-this-one"]);
        let failures = |keep_going| {
            let error = run_calls(&bad, keep_going, quiet).expect_err("cargo refuses");
            error.to_string().matches("ended with").count()
        };
        assert_eq!((failures(false), failures(true)), (1, 2));
    }
}
