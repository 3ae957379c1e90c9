//! A service for chains with other implementations: any of the servers, with any of the clients.
//!
//! `rust-peer --server axum --client reqwest`; all settings come from the environment.

use std::io::Write;
use std::process::ExitCode;

use sentry_trace_conformance::drivers;
use sentry_trace_conformance::e2e::Pair;
use sentry_trace_conformance::peers::service::{self, Settings};

fn main() -> ExitCode {
    let variable = |name: &str| std::env::var(name).ok();
    let outcome = pair(lexopt::Parser::from_env())
        .map_err(|error| error.to_string())
        .and_then(|pair| Ok((pair, Settings::read(variable)?)))
        .and_then(|(pair, settings)| service::run(pair, settings));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            _ = writeln!(std::io::stderr(), "rust-peer: {error}");
            ExitCode::FAILURE
        }
    }
}

fn pair(mut parser: lexopt::Parser) -> Result<Pair, lexopt::Error> {
    use lexopt::{Arg, ValueExt};
    let (mut server, mut client) = ("axum".to_owned(), "reqwest".to_owned());
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("server") => server = parser.value()?.string()?,
            Arg::Long("client") => client = parser.value()?.string()?,
            other => return Err(other.unexpected()),
        }
    }
    Ok(Pair {
        server: drivers::server(&server).ok_or_else(|| format!("no server `{server}`"))?,
        client: drivers::client(&client).ok_or_else(|| format!("no client `{client}`"))?,
    })
}
