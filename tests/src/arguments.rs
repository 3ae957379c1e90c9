//! The arguments of the command.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt};

use crate::drivers::{self, Driver};
use crate::exceptions::Exceptions;
use crate::floors::Floors;
use crate::peers;
use crate::vectors::Vectors;

/// What `--help` prints.
pub const HELP: &str = "\
The conformance suite of sentry-trace: each suite on each driver.

Usage: cargo xtask conformance [OPTIONS]

Options:
  --driver NAME      only this driver; may be repeated
  --peers A,B        chains with these peers too; nothing of them is built or started otherwise
  --no-drivers       no driver at all, for the peers alone
  --vectors DIR      the vectors of another folder too; may be repeated
  --exceptions FILE  instead of tests/exceptions.toml
  --floors FILE      instead of tests/floors.toml
  --report           the line of the README that counts, written anew; for a run of all drivers and peers
  --json             the counts as JSON, on the last line
  --help             this text

`target/conformance/report.html` and `report.json` say what came of everything.

The exit code is 0 when every case passed or failed as an exception says, 1 when something failed, an exception is stale
or a driver or the browser ran fewer cases than its floor, and 2 when the arguments or the files could not be read.
";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The help.
    Help,
    /// A run.
    Run(Arguments),
}

/// What a run takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arguments {
    /// The drivers that run.
    pub drivers: Vec<&'static Driver>,
    /// The peers that run.
    pub peers: Vec<&'static str>,
    /// The folders of vectors.
    pub vectors: Vec<PathBuf>,
    /// The file of exceptions.
    pub exceptions: PathBuf,
    /// The file of floors.
    pub floors: PathBuf,
    /// Whether the README's line is written.
    pub report: bool,
    /// Whether JSON is printed.
    pub json: bool,
}

impl Request {
    /// Reads the arguments, without the name of the program.
    ///
    /// # Errors
    /// An argument is unknown, or its value is missing or unknown.
    pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Self, String> {
        Self::read(&mut Parser::from_args(args)).map_err(|error| error.to_string())
    }

    fn read(parser: &mut Parser) -> Result<Self, lexopt::Error> {
        let mut arguments = Arguments::default();
        let (mut named, mut no_drivers) = (Vec::new(), false);
        while let Some(argument) = parser.next()? {
            match argument {
                Arg::Long("driver") => named.push(driver(&parser.value()?.string()?)?),
                Arg::Long("no-drivers") => no_drivers = true,
                Arg::Long("peers") => arguments.peers = peers(&parser.value()?.string()?)?,
                Arg::Long("vectors") => arguments.vectors.push(parser.value()?.into()),
                Arg::Long("exceptions") => arguments.exceptions = parser.value()?.into(),
                Arg::Long("floors") => arguments.floors = parser.value()?.into(),
                Arg::Long("report") => arguments.report = true,
                Arg::Long("json") => arguments.json = true,
                Arg::Long("help") | Arg::Short('h') => return Ok(Self::Help),
                other => return Err(other.unexpected()),
            }
        }
        if no_drivers && !named.is_empty() {
            return Err("--driver and --no-drivers ask for opposite things".into());
        }
        if no_drivers && arguments.peers.is_empty() {
            return Err("--no-drivers without --peers runs nothing".into());
        }
        arguments
            .drivers
            .retain(|driver| !no_drivers && (named.is_empty() || named.contains(driver)));
        let is_whole =
            arguments.drivers.len() == drivers::ALL.len() && peers::are_all(&arguments.peers);
        if arguments.report && !is_whole {
            return Err("--report is for a run of all drivers and peers".into());
        }
        Ok(Self::Run(arguments))
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            drivers: drivers::ALL.iter().collect(),
            peers: Vec::new(),
            vectors: vec![Vectors::own_folder()],
            exceptions: Exceptions::own_file(),
            floors: Floors::own_file(),
            report: false,
            json: false,
        }
    }
}

fn driver(name: &str) -> Result<&'static Driver, String> {
    drivers::find(name)
        .ok_or_else(|| format!("unknown driver `{name}`; known are {}", drivers::names()))
}

fn peers(list: &str) -> Result<Vec<&'static str>, String> {
    let find = |name| {
        peers::find(name)
            .ok_or_else(|| format!("unknown peer `{name}`; known are {}", peers::names()))
    };
    list.split(',').map(str::trim).map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(args: &[&str]) -> Result<Request, String> {
        Request::parse(args.iter().map(OsString::from))
    }

    #[test]
    fn arguments_are_read() {
        assert_eq!(parse(&[]), Ok(Request::Run(Arguments::default())));
        assert_eq!(parse(&["--json", "--help"]), Ok(Request::Help));
        let Ok(Request::Run(arguments)) = parse(&[
            "--json",
            "--vectors",
            "more",
            "--driver=core",
            "--driver=core",
        ]) else {
            panic!("a run");
        };
        assert!(arguments.json);
        assert_eq!(arguments.drivers, [&drivers::CORE]);
        assert_eq!(arguments.vectors, [Vectors::own_folder(), "more".into()]);
        let Ok(Request::Run(arguments)) = parse(&["--no-drivers", "--peers", "node, python"])
        else {
            panic!("a run");
        };
        assert!(arguments.drivers.is_empty());
        assert_eq!(arguments.peers, ["node", "python"]);
    }

    #[test]
    fn unknown_arguments_are_errors() {
        for args in [["--none"].as_slice(), &["word"], &["--vectors"], &["-j"]] {
            assert!(parse(args).is_err(), "{args:?}");
        }
        let error = parse(&["--driver", "none"]).expect_err("unknown");
        assert!(
            error.contains("unknown driver `none`; known are core"),
            "{error}"
        );
        let error = parse(&["--peers", "node,none"]).expect_err("unknown");
        assert!(error.contains("unknown peer `none`; known are"), "{error}");
    }

    #[test]
    fn a_run_of_nothing_and_a_report_of_a_part_are_refused() {
        for args in [
            &["--no-drivers"][..],
            &["--no-drivers", "--driver", "core", "--peers", "node"],
            &["--report"],
            &["--driver", "core", "--report"],
        ] {
            assert!(parse(args).is_err(), "{args:?}");
        }
        let everything = format!("--peers={}", peers::names().replace(", ", ","));
        assert!(parse(&[&everything, "--report"]).is_ok());
    }
}
