//! The arguments of `cargo xtask test`.

use std::ffi::OsString;

use lexopt::{Arg, Parser, ValueExt};

use crate::fallible::Fallible;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Names of steps as they were given; empty for all.
    pub(super) only: Vec<String>,
    pub(super) list: bool,
    pub(super) keep_going: bool,
    pub(super) help: bool,
}

impl Options {
    pub(super) fn parse(args: Vec<OsString>) -> Fallible<Self> {
        let mut options = Self::default();
        let mut parser = Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            match arg {
                Arg::Long("only") => {
                    for step in parser.values()? {
                        options.only.push(step.string()?);
                    }
                }
                Arg::Long("list") => options.list = true,
                Arg::Long("keep-going") => options.keep_going = true,
                Arg::Long("help") | Arg::Short('h') => options.help = true,
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::Options;

    fn parse(line: &str) -> Result<Options, String> {
        let args = line.split_whitespace().map(Into::into).collect();
        Options::parse(args).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_means_everything() {
        assert_eq!(parse(""), Ok(Options::default()));
    }

    #[test]
    fn only_takes_several_steps_and_may_be_repeated() {
        let options = parse("--only fmt tidy --keep-going --only docs").expect("valid arguments");
        assert_eq!(options.only, ["fmt", "tidy", "docs"]);
        assert!(options.keep_going && !options.list && !options.help);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        assert!(parse("--only").is_err(), "a step is missing");
        assert!(parse("--fast").is_err());
        assert!(parse("fmt").is_err());
    }
}
