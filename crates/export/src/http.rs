//! Envelopes over HTTP to the DSN's host, for services without the official client.
//!
//! A thread of its own sends them, one after the other, over a connection that is kept; whoever hands an envelope over
//! never waits. What cannot be sent yet is kept within [bounds](HttpOptions).
//!
//! | answer | what becomes of the envelope |
//! |---|---|
//! | 2xx | delivered, never sent again, whatever becomes of the connection |
//! | 429 | lost, counted by the ingestion side; a pause as `X-Sentry-Rate-Limits`, else `Retry-After`, says, else a minute |
//! | other 4xx, 3xx | lost, `send_error` |
//! | 5xx | sent again after a pause, [`retries`](HttpOptions::retries) times, then lost, `send_error` |
//! | no connection, or a certificate that is refused | kept until there is one; nothing of it is sent |
//! | connection lost before the answer | sent again, [`retries`](HttpOptions::retries) times, then lost, `network_error` |
//! | no answer in time, or none that can be read | lost, `network_error`: it may have arrived, and is not sent twice |
//!
//! The pause doubles with each failure in a row, up to 64 times the first one, and `Retry-After` makes it longer. While a
//! limit holds, what falls under it is lost, `ratelimit_backoff`, as Sentry asks of its clients. A connection that is
//! lost after the other side has taken an envelope and before it has said so leads to a second copy: of a transaction with
//! the same event id, by which the ingestion side recognises it, of streamed spans with the same span ids.
//!
//! Losses go out as client reports, those in front of the sink too, and with them, by reason, what sampling left out: with
//! the next envelope, or alone after 30 seconds or at a flush ([`client_reports`](HttpOptions::client_reports)). While requests
//! fail, they do not go with an envelope. A report is kept until it arrives. One that is refused with an envelope goes
//! alone next, so that a host which refuses reports costs no more envelopes; it is dropped when it is refused alone, and
//! when it has had no answer in time: what it counts may have arrived, and is not counted twice.
//!
//! What goes wrong is told to the [`listener`](HttpOptions::listener), each kind once in five minutes.
//! [`Init`](crate::init::Init) adds the one of the options, `on_diagnostic` and `debug`.
//!
//! # How much goes through
//! Envelopes go one after the other, over one connection: a host that is 50 ms away takes some 20 of them a second. What
//! comes faster waits, up to [`capacity`](HttpOptions::capacity) here and `Options::sink_queue_capacity` before, and is
//! lost and counted beyond. A lower sample rate is the remedy where that is not a burst. [`HttpTransport::stats`] tells; an
//! `Arc` of a transport is one, so that a reference can be kept.
//!
//! # Certificates
//! Over `https` the host's certificate has to lead to one of Mozilla's authorities, which are built in: those of the
//! machine are not asked. For a host with an authority of its own, [`ca_certs`](HttpOptions::ca_certs) names the ones to
//! trust instead.
//!
//! # Proxies
//! Where the environment names a proxy (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, less what `NO_PROXY` excepts), requests
//! go through it: an HTTP proxy or one of SOCKS.
//!
//! # Why not a private client of the official crate
//! Its transport (0.49.5) sends once: what meets a 5xx or a closed port is gone. It sets no timeout, so that a host that
//! never answers stops it for good, and does not compress. It obeys limits per category and counts losses for what it
//! has parsed itself, and from that it drops the `trace` header. Of what rule R13 and this page promise, the bounded
//! queue and the flush would remain.
//!
//! ```
//! use std::time::Duration;
//! use sentry_trace_export::envelope::Format;
//! use sentry_trace_export::http::HttpTransport;
//! use sentry_trace_export::transport::EnvelopeSink;
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! # let port = listener.local_addr()?.port();
//! # drop(listener);
//! let dsn = format!("http://key@127.0.0.1:{port}/1");
//! let sink = EnvelopeSink::new(Format::Transaction).to(HttpTransport::new(&dsn)?);
//! let tracer = Tracer::new(Options::new().dsn(dsn).traces_sample_rate(1.0).sink(sink))?;
//!
//! tracer.start_new_trace().start_span("nightly report").start().finish();
//! // Nobody listens on that port: it is kept, and the flush says so.
//! assert!(!tracer.flush(Duration::from_millis(50)));
//! assert!(HttpTransport::new("https://o1.ingest.example/7").is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod buffer;
mod options;
mod roots;
mod shared;
mod troubles;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sentry_trace_runtime::OptionsError;
use sentry_trace_runtime::core::dsn::{Dsn, DsnError};
use sentry_trace_runtime::sink::{Loss, LossReason};

use crate::envelope::Envelope;
use crate::post::Poster;
use crate::sdk;
use crate::transport::Transport;
pub use options::{HttpOptions, HttpStats};
use shared::Shared;

/// Sends envelopes to the DSN's host.
///
/// When it is dropped, its thread sends what waits, up to the first failure, and ends.
pub struct HttpTransport {
    shared: Arc<Shared>,
}

/// Why there is no transport.
#[derive(Debug)]
#[non_exhaustive]
pub enum HttpError {
    /// The DSN cannot be read.
    Dsn(DsnError),
    /// [`ca_certs`](HttpOptions::ca_certs) is no PEM text, or has no certificate, or one that cannot be read; says which.
    CaCerts(String),
    /// This option leaves no time, so that nothing would ever arrive.
    NoTime(&'static str),
    /// The thread cannot be started.
    Thread(std::io::Error),
}

impl HttpTransport {
    /// A transport with the default options.
    ///
    /// # Errors
    /// Says what is wrong with the DSN, or why there is no thread.
    pub fn new(dsn: &str) -> Result<Self, HttpError> {
        Self::with_options(dsn, HttpOptions::default())
    }

    /// A transport with these options.
    ///
    /// # Errors
    /// Says what is wrong with the DSN, with the times or with [`ca_certs`](HttpOptions::ca_certs), or why there is no
    /// thread.
    pub fn with_options(dsn: &str, options: HttpOptions) -> Result<Self, HttpError> {
        let dsn = Dsn::parse(dsn).map_err(HttpError::Dsn)?;
        if let Some(option) = options.without_time() {
            return Err(HttpError::NoTime(option));
        }
        let roots = options.ca_certs.as_deref().map(roots::read).transpose();
        let roots = roots.map_err(HttpError::CaCerts)?;
        let mut url = String::new();
        // Writing into a text does not fail.
        _ = dsn.write_envelope_url(&mut url);
        let auth = format!(
            "Sentry sentry_version=7, sentry_client={}/{}, sentry_key={}",
            sdk::NAME,
            sdk::VERSION,
            dsn.public_key()
        );
        let (connect, whole) = (options.connect_timeout, options.timeout);
        let poster = Poster::to_host(url, auth, roots, connect, whole);
        let shared = Arc::new(Shared::new(options));
        worker::start(poster, shared.clone()).map_err(HttpError::Thread)?;
        Ok(Self { shared })
    }

    /// What became of envelopes so far.
    #[must_use]
    pub fn stats(&self) -> HttpStats {
        self.shared.stats()
    }
}

impl Transport for HttpTransport {
    fn send(&self, envelope: &Arc<Envelope>) {
        self.shared.offer(envelope.clone());
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        self.shared.lost(reason.as_str(), loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.shared.flush(timeout)
    }
}

impl Drop for HttpTransport {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

const NO_TIME: &str = "nothing would ever arrive";

impl HttpError {
    /// The same of the options of `init`.
    pub(crate) fn of_option(self, dsn: &str) -> OptionsError {
        match self {
            Self::Dsn(reason) => OptionsError::new("dsn", dsn, reason),
            Self::CaCerts(reason) => OptionsError::new("ca_certs", "PEM text", reason),
            Self::NoTime(option) => OptionsError::new(option, 0, NO_TIME),
            Self::Thread(_) => OptionsError::new("sink", "a thread of its own", self),
        }
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dsn(reason) => reason.fmt(f),
            Self::CaCerts(reason) => write!(f, "ca_certs: {reason}"),
            Self::NoTime(option) => write!(f, "{option} = 0: {NO_TIME}"),
            Self::Thread(reason) => write!(f, "the thread that sends cannot be started: {reason}"),
        }
    }
}

impl std::error::Error for HttpError {}
