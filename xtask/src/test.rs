//! `cargo xtask test`: the project's whole check, step by step.

mod features;
mod msrv;
mod no_std;
mod no_std_proof;
mod options;
mod plan;
mod report;
mod run;
mod toolchain;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::fallible::Fallible;
use crate::workspace;
use options::Options;

const HELP: &str = "\
The project's whole check, in steps. Each step is printed with the command that reproduces it.
Targets and components that a step needs and that are missing are added with rustup.

Usage: cargo xtask test [--only STEP...] [--keep-going] [--list]

  --only STEP...  these steps alone, in the usual order
  --keep-going    do not stop at the first failure
  --list          print the steps and their commands, run nothing

Exit code: 0 when every step passed, 1 when one failed, 2 when the check could not start.

Steps:
";

pub(crate) fn main(args: Vec<OsString>) -> Fallible<ExitCode> {
    let options = Options::parse(args)?;
    let metadata = workspace::metadata()?;
    let steps = plan::steps(&metadata)?;
    if options.help {
        print!("{HELP}{}", plan::overview(&steps));
        return Ok(ExitCode::SUCCESS);
    }
    let steps = plan::select(steps, &options.only)?;
    if options.list {
        print!("{}", plan::listing(&steps));
        return Ok(ExitCode::SUCCESS);
    }
    let place = run::Place {
        root: metadata.workspace_root.as_std_path(),
        target_directory: metadata.target_directory.as_std_path(),
    };
    let rows = run::all(&steps, options.keep_going, |step| {
        run::step(step, &place, options.keep_going)
    });
    print!("{}", report::summary(&rows));
    Ok(if rows.iter().any(report::Row::failed) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
