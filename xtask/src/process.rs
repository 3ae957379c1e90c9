//! A call of cargo or rustup as data: what is run is what is printed.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::fallible::Fallible;

/// A call with its environment. `Display` writes it so that a shell can run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invocation {
    program: &'static str,
    env: Vec<(String, OsString)>,
    args: Vec<OsString>,
}

impl Invocation {
    pub(crate) fn cargo<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Self {
        Self::new("cargo", args)
    }

    /// For what another toolchain than this one is to do.
    pub(crate) fn rustup<A: Into<OsString>>(args: impl IntoIterator<Item = A>) -> Self {
        Self::new("rustup", args)
    }

    fn new<A: Into<OsString>>(program: &'static str, args: impl IntoIterator<Item = A>) -> Self {
        Self {
            program,
            env: Vec::new(),
            args: args.into_iter().map(Into::into).collect(),
        }
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// For what runs on loopback, which the proxy of a machine does not reach.
    pub(crate) fn past_proxies(self) -> Self {
        let loopback = "127.0.0.1,127.0.0.2,localhost,::1";
        match std::env::var("NO_PROXY") {
            Ok(others) if !others.is_empty() => {
                self.env("NO_PROXY", format!("{others},{loopback}"))
            }
            _ if has_proxy() => self.env("NO_PROXY", loopback),
            _ => self,
        }
    }

    /// The call, ready to run in `directory`.
    pub(crate) fn command_in(&self, directory: &Path) -> Command {
        let mut command = self.command();
        command.current_dir(directory);
        command
    }

    /// Runs it where the user stands, in the place of this process: signals reach it, and its exit code is the one.
    #[cfg(unix)]
    pub(crate) fn hand_over(&self) -> Fallible<ExitCode> {
        use std::os::unix::process::CommandExt;
        let error = self.command().exec();
        Err(format!("`{self}` did not start: {error}").into())
    }

    /// Runs it where the user stands and hands its exit code on.
    #[cfg(not(unix))]
    pub(crate) fn hand_over(&self) -> Fallible<ExitCode> {
        let status = self
            .command()
            .status()
            .map_err(|error| format!("`{self}` did not start: {error}"))?;
        Ok(exit_code(status))
    }

    fn command(&self) -> Command {
        let running = std::env::var_os("CARGO").filter(|_| self.program == "cargo");
        let mut command = Command::new(running.unwrap_or_else(|| self.program.into()));
        command.args(&self.args);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        if std::env::var_os("CI").is_some_and(|value| value == "true") {
            command.env("CARGO_INCREMENTAL", "0");
        }
        command
    }
}

fn has_proxy() -> bool {
    let names = ["ALL_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy"];
    names.iter().any(|name| std::env::var_os(name).is_some())
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(self.program)?;
        self.args
            .iter()
            .try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// A process that a signal ended has no code; it counts as 1.
#[cfg(not(unix))]
fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    let code = status.code().unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::Invocation;

    #[test]
    fn is_shown_as_a_shell_would_take_it() {
        let call =
            Invocation::cargo(["doc", "--features", "a b"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(
            call.to_string(),
            "RUSTDOCFLAGS='-D warnings' cargo doc --features 'a b'"
        );
    }

    #[test]
    fn an_empty_or_quoted_word_survives_the_shell() {
        let call = Invocation::cargo(["", "it's"]);
        assert_eq!(call.to_string(), r"cargo '' 'it'\''s'");
    }
}
