//! The command line.

use lexopt::prelude::*;

use crate::Fallible;

pub(crate) const HELP: &str = "\
cargo xtask bench [--only WORK] [--json]

  --only WORK  only works whose name begins so, `hop` for example
  --json       print the rows as JSON in the last line

Exits with 1 when a target is missed, and with 2 when a result is wrong or nothing can be measured.
";

pub(crate) enum Command {
    Help,
    /// Measures all cases and compares them.
    Compare {
        only: Option<String>,
        json: bool,
    },
    /// Runs one case in this process, as the comparison does for each of them.
    Child {
        case: String,
        rounds: u32,
    },
}

pub(crate) fn parse() -> Fallible<Command> {
    let (mut only, mut json) = (None, false);
    let mut args = lexopt::Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Long("help") | Short('h') => return Ok(Command::Help),
            Long("json") => json = true,
            Long("only") => only = Some(args.value()?.string()?),
            Long("child") => {
                return Ok(Command::Child {
                    case: args.value()?.string()?,
                    rounds: args.value()?.parse()?,
                });
            }
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Command::Compare { only, json })
}
