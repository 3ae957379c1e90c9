//! One request with an envelope, over a bare agent: nothing of ours instruments it.

use std::io;
use std::time::Duration;

use ureq::config::ConfigBuilder;
use ureq::http::HeaderMap;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::typestate::AgentScope;
use ureq::{Agent, Error, Timeout};

use crate::envelope::CONTENT_TYPE;
use crate::sdk;
use crate::time::LONGEST;

/// An answer is read to this many bytes, so that the connection can be used again.
const MAX_ANSWER: u64 = 64 * 1024;

/// Sends envelopes to one URL.
pub(crate) struct Poster {
    agent: Agent,
    url: String,
    auth: Option<String>,
}

/// What became of a request; why, where there is no answer.
#[derive(Debug)]
#[cfg_attr(
    not(feature = "dsn"),
    allow(dead_code, reason = "Spotlight tells of no reasons")
)]
pub(crate) enum Posted {
    /// There was an answer with this status.
    Answer(Answer),
    /// No connection came about, or the other side's certificate was refused: nothing was sent.
    Unreachable(String),
    /// The connection was lost before an answer.
    Cut(String),
    /// It was sent, and in all the time there was no answer, or none that can be read: whether it arrived is not known.
    Unanswered(String),
    /// It cannot be sent.
    Impossible(String),
}

#[derive(Debug, Default)]
#[cfg_attr(
    not(feature = "dsn"),
    allow(dead_code, reason = "Spotlight sets no limits")
)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) rate_limits: Option<String>,
    pub(crate) retry_after: Option<String>,
}

impl Poster {
    /// To the host of a DSN. `roots` are trusted, Mozilla's by default; `connect` bounds the time for a connection,
    /// `whole` that for everything. The proxy is the one that the environment names.
    #[cfg(feature = "dsn")]
    pub(crate) fn to_host(
        url: String,
        auth: String,
        roots: Option<RootCerts>,
        connect: Duration,
        whole: Duration,
    ) -> Self {
        let tls = TlsConfig::builder().root_certs(roots.unwrap_or(RootCerts::WebPki));
        let config = config(connect, whole).tls_config(tls.build());
        Self {
            agent: config.build().into(),
            url,
            auth: Some(auth),
        }
    }

    /// To a program on this machine: a proxy that the environment names would look for it on its own.
    #[cfg(feature = "spotlight")]
    pub(crate) fn to_sidecar(url: String, connect: Duration, whole: Duration) -> Self {
        let tls = TlsConfig::builder().root_certs(RootCerts::WebPki);
        let config = config(connect, whole).tls_config(tls.build()).proxy(None);
        Self {
            agent: config.build().into(),
            url,
            auth: None,
        }
    }

    pub(crate) fn post(&self, body: &[u8], encoding: Option<&str>) -> Posted {
        let mut request = self.agent.post(&self.url).content_type(CONTENT_TYPE);
        if let Some(auth) = &self.auth {
            request = request.header("x-sentry-auth", auth);
        }
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        let mut response = match request.send(body) {
            Ok(response) => response,
            Err(error) => return failure(&error),
        };
        let retry_after = response.headers().get("retry-after");
        let answer = Answer {
            status: response.status().as_u16(),
            rate_limits: list(response.headers(), "x-sentry-rate-limits"),
            retry_after: retry_after.and_then(|value| Some(value.to_str().ok()?.to_owned())),
        };
        // The status has been said; whether its explanation arrives whole does not matter.
        _ = response
            .body_mut()
            .with_config()
            .limit(MAX_ANSWER)
            .read_to_vec();
        Posted::Answer(answer)
    }
}

fn config(connect: Duration, whole: Duration) -> ConfigBuilder<AgentScope> {
    // The time for everything must not run out before that for a connection, which takes two steps: it would look as if
    // something had been sent.
    let connect = connect.min(whole / 3).min(LONGEST);
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(connect))
        .timeout_connect(Some(connect))
        .timeout_global(Some(whole.min(LONGEST)))
        .user_agent(format!("{}/{}", sdk::NAME, sdk::VERSION))
}

/// All lines of a header whose value is a list, as one (RFC 9110, 5.3); what is no text is passed over.
fn list(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(name).iter();
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

fn failure(error: &Error) -> Posted {
    let reason = error.to_string();
    match error {
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::ConnectProxyFailed(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => Posted::Unreachable(reason),
        Error::Io(error)
            if has_no_way(error) || is_failed_lookup(error) || is_refused_certificate(error) =>
        {
            Posted::Unreachable(reason)
        }
        Error::Timeout(_) | Error::Protocol(_) | Error::LargeResponseHeader(..) => {
            Posted::Unanswered(reason)
        }
        Error::Io(_) | Error::Rustls(_) | Error::Tls(_) => Posted::Cut(reason),
        _ => Posted::Impossible(reason),
    }
}

fn has_no_way(error: &io::Error) -> bool {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
    };
    matches!(
        error.kind(),
        AddrNotAvailable | ConnectionRefused | HostUnreachable | NetworkDown | NetworkUnreachable
    ) || has_no_file_left(error)
}

/// A new connection needs a file descriptor, an open one does not. The standard library has no kind of its own for it.
fn has_no_file_left(error: &io::Error) -> bool {
    /// ENFILE and EMFILE, on all systems that call themselves Unix.
    const CODES: [i32; 2] = [23, 24];
    let code = error.raw_os_error().filter(|_| cfg!(unix));
    code.is_some_and(|code| CODES.contains(&code))
}

/// No address was found for the host or the proxy. ureq gives the standard library's error as it comes, which has no
/// kind of its own: but this text, or the codes of Winsock.
fn is_failed_lookup(error: &io::Error) -> bool {
    match error.raw_os_error() {
        Some(code) => cfg!(windows) && (11001..=11004).contains(&code),
        None => error.to_string().starts_with("failed to lookup address"),
    }
}

/// The handshake is driven by the connection's reads and writes, so that its errors come as theirs.
fn is_refused_certificate(error: &io::Error) -> bool {
    let reason = error.get_ref().and_then(|reason| reason.downcast_ref());
    matches!(reason, Some(rustls::Error::InvalidCertificate(_)))
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn a_network_without_a_way_is_no_lost_connection() {
        for (kind, is_kept) in [
            (ErrorKind::ConnectionRefused, true),
            (ErrorKind::HostUnreachable, true),
            (ErrorKind::NetworkUnreachable, true),
            (ErrorKind::NetworkDown, true),
            (ErrorKind::AddrNotAvailable, true),
            (ErrorKind::ConnectionReset, false),
            (ErrorKind::BrokenPipe, false),
        ] {
            let posted = failure(&Error::Io(kind.into()));
            assert_eq!(matches!(posted, Posted::Unreachable(_)), is_kept, "{kind}");
            assert_eq!(matches!(posted, Posted::Cut(_)), !is_kept, "{kind}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn where_no_file_is_left_there_is_no_connection() {
        for code in [23, 24] {
            let posted = failure(&Error::Io(io::Error::from_raw_os_error(code)));
            assert!(matches!(posted, Posted::Unreachable(_)), "{posted:?}");
        }
    }
}
