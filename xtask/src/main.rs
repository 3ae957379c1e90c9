//! Tasks of the sentry-trace workspace: `cargo xtask --help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks on its streams"
)]

mod bench;
mod fallible;
mod process;
mod suite;
mod test;
mod tidy;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use fallible::Fallible;

const HELP: &str = "\
Tasks of the sentry-trace workspace.

Usage: cargo xtask COMMAND [ARGS]

Commands:
  test         the whole check, step by step
  tidy         repository rules no compiler knows
  conformance  the conformance suite
  demo         services that share one trace, run and shown
  bench        benchmarks, in a workspace of their own

`cargo xtask COMMAND --help` explains each.
";

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let command = args.next().unwrap_or_default();
    match dispatch(&command.to_string_lossy(), args.collect()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}

fn dispatch(command: &str, args: Vec<OsString>) -> Fallible<ExitCode> {
    match command {
        "test" => test::main(args),
        "tidy" => tidy::main(args),
        "conformance" | "demo" => suite::binary(command, args).hand_over(),
        "bench" => bench::main(args),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        "" => Err(format!("no command given\n\n{HELP}").into()),
        unknown => Err(format!("no command `{unknown}`\n\n{HELP}").into()),
    }
}
