//! `cargo xtask demo`

use std::io::Write;
use std::process::ExitCode;

use sentry_trace_conformance::demo::arguments::{HELP, parse};
use sentry_trace_conformance::demo::run::run;

/// The arguments could not be read, or the demo could not run.
const UNUSABLE: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match parse(std::env::args_os().skip(1)) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            _ = write!(std::io::stdout(), "{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => return unusable(&error.to_string()),
    };
    match run(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => unusable(&error),
    }
}

fn unusable(error: &str) -> ExitCode {
    _ = writeln!(std::io::stderr(), "demo: {error}");
    ExitCode::from(UNUSABLE)
}
