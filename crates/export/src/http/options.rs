//! What can be set, and what can be asked.

use std::time::Duration;

use sentry_trace_runtime::diagnostics::Listener;

/// How envelopes are sent and kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HttpOptions {
    /// The most envelopes that wait; 256 by default, at least 1. A further one is lost, `queue_overflow`.
    pub capacity: usize,
    /// The most bytes of envelopes that wait; 16 MiB by default. A single envelope may be larger.
    pub capacity_bytes: usize,
    /// The time to look up the host, and that for a connection to it; 5 seconds by default, and at most a third of
    /// [`timeout`](Self::timeout) each. More than zero.
    pub connect_timeout: Duration,
    /// The time for a whole request; 15 seconds by default. More than zero.
    pub timeout: Duration,
    /// The first pause after a failure; 1 second by default.
    pub retry_delay: Duration,
    /// How often an envelope is sent again; 5 times by default.
    pub retries: u32,
    /// PEM text with the certificates of the authorities to trust instead of Mozilla's, one or more; none by default.
    ///
    /// Other sections of the text, and what stands between them, are passed over.
    pub ca_certs: Option<Vec<u8>>,
    /// Whether losses are reported; they are by default.
    #[doc(alias = "send_client_reports")]
    #[doc(alias = "sendClientReports")]
    pub client_reports: bool,
    /// Who is told of envelopes that do not get through; nobody by default.
    pub listener: Listener,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            capacity: 256,
            capacity_bytes: 16 * 1024 * 1024,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            retry_delay: Duration::from_secs(1),
            retries: 5,
            ca_certs: None,
            client_reports: true,
            listener: Listener::default(),
        }
    }
}

impl HttpOptions {
    /// The name of a time that is zero and must not be.
    pub(super) fn without_time(&self) -> Option<&'static str> {
        let times = [
            ("timeout", self.timeout),
            ("connect_timeout", self.connect_timeout),
        ];
        let none = times.into_iter().find(|(_, time)| time.is_zero());
        none.map(|(option, _)| option)
    }
}

/// What became of envelopes so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpStats {
    /// Envelopes that were answered with a 2xx.
    pub delivered: u64,
    /// Requests that were made for an envelope once more.
    pub retries: u64,
    /// Envelopes that were answered with a 429.
    pub limited: u64,
    /// Envelopes that were lost for the reasons of client reports.
    pub lost: u64,
    /// Envelopes that wait now.
    pub waiting: usize,
    /// The bytes of those.
    pub waiting_bytes: usize,
}
