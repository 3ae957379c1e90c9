//! `cargo xtask demo`: hands everything, `--help` too, to the `demo` binary of the conformance package.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::fallible::Fallible;
use crate::process::Invocation;

pub(crate) fn main(args: Vec<OsString>) -> Fallible<ExitCode> {
    invocation(args).hand_over()
}

/// The call that runs the binary with `args`.
pub(crate) fn invocation(args: Vec<OsString>) -> Invocation {
    let call = [
        "run",
        "--quiet",
        "-p",
        "sentry-trace-conformance",
        "--bin",
        "demo",
        "--",
    ];
    Invocation::cargo(call.map(OsString::from).into_iter().chain(args))
}

#[cfg(test)]
mod tests {
    #[test]
    fn passes_every_argument_on() {
        let args = vec!["--help".into(), "--json".into(), "--".into()];
        assert_eq!(
            super::invocation(args).to_string(),
            "cargo run --quiet -p sentry-trace-conformance --bin demo -- --help --json --"
        );
    }
}
