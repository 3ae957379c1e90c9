//! What `cargo xtask demo` can be told.

use std::ffi::OsString;
use std::net::SocketAddr;

use lexopt::prelude::*;

/// `--help`.
pub const HELP: &str = "\
cargo xtask demo: four services on loopback, requests through them, and the trace that results

    storefront (axum) -> orders (actix-web) -> stock (hyper) -> audit (gRPC),
    through reqwest, awc and ureq, and the client of hyper-util

It fails when a transaction is missing or does not hang together with the others.

    --requests N       requests to send (default 3, at most 10000)
    --json             print the outcome as one line of JSON, the last one
    --serve            keep the services up, with a page that shows the traces
    --port N           where that page is served (default: a free port)
    --dsn URL          send the transactions to this DSN too
    --spotlight[=URL]  send them to a Spotlight sidecar too (default http://localhost:8969/stream)
    --help             this text
";

/// A run that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arguments {
    /// Requests to send.
    pub requests: usize,
    /// Print JSON.
    pub json: bool,
    /// Keep the services up.
    pub serve: bool,
    /// Where the collector listens.
    pub address: SocketAddr,
    /// A further DSN.
    pub dsn: Option<String>,
    /// A Spotlight sidecar.
    pub spotlight: Option<String>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            requests: 3,
            json: false,
            serve: false,
            address: ([127, 0, 0, 1], 0).into(),
            dsn: None,
            spotlight: None,
        }
    }
}

/// The most requests of a run.
const MAX_REQUESTS: usize = 10_000;

/// Reads the arguments; `None` asks for [`HELP`].
///
/// # Errors
/// What is wrong with them.
pub fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Option<Arguments>, lexopt::Error> {
    let mut parsed = Arguments::default();
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("requests") => parsed.requests = parser.value()?.parse_with(requests)?,
            Long("json") => parsed.json = true,
            Long("serve") => parsed.serve = true,
            Long("port") => parsed.address.set_port(parser.value()?.parse()?),
            Long("dsn") => parsed.dsn = Some(parser.value()?.string()?),
            Long("spotlight") => {
                let url = parser.optional_value().map(ValueExt::string).transpose()?;
                parsed.spotlight = Some(url.unwrap_or_else(|| "1".to_owned()));
            }
            Long("help") | Short('h') => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(parsed))
}

fn requests(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(requests) if (1..=MAX_REQUESTS).contains(&requests) => Ok(requests),
        _ => Err(format!("it is from 1 to {MAX_REQUESTS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &[&str]) -> Result<Option<Arguments>, String> {
        parse(arguments.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    #[test]
    fn arguments_are_read() {
        let arguments = parsed(&["--requests", "7", "--json", "--spotlight"]).expect("valid");
        let arguments = arguments.expect("no help");
        assert_eq!((arguments.requests, arguments.json), (7, true));
        assert_eq!(arguments.spotlight.as_deref(), Some("1"));
        assert_eq!(parsed(&["--help"]), Ok(None));
        assert!(parsed(&["--requests", "0"]).is_err());
        assert!(parsed(&["--what"]).is_err());
    }
}
