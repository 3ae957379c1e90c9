//! `cargo xtask conformance`

use std::fmt::Display;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use sentry_trace_conformance::arguments::{HELP, Request};
use sentry_trace_conformance::publish;
use sentry_trace_conformance::run::run;

/// The arguments or the files could not be read.
const UNUSABLE: u8 = 2;

fn main() -> ExitCode {
    let arguments = match Request::parse(std::env::args_os().skip(1)) {
        Ok(Request::Run(arguments)) => arguments,
        Ok(Request::Help) => {
            print(HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => return unusable(&[error]),
    };
    let report = match run(&arguments) {
        Ok(report) => report,
        Err(errors) => return unusable(&errors),
    };
    print(&report);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut written = publish::files(&report, &root.join("target/conformance"));
    if arguments.report {
        written = written.and_then(|()| publish::badge(&report, &root.join("README.md")));
    }
    if let Err(error) = written {
        return unusable(&[error]);
    }
    if arguments.json {
        print(format_args!("{}\n", report.json()));
    }
    if report.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn unusable(errors: &[String]) -> ExitCode {
    let mut stderr = std::io::stderr().lock();
    for error in errors {
        _ = writeln!(stderr, "conformance: {error}");
    }
    ExitCode::from(UNUSABLE)
}

/// A reader that has gone away is no failure of a case.
fn print(text: impl Display) {
    _ = write!(std::io::stdout().lock(), "{text}");
}
