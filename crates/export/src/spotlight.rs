//! A copy of every envelope to Spotlight's local sidecar, for development.
//!
//! ```
//! use sentry_trace_export::spotlight::Setting;
//!
//! assert_eq!(Setting::parse("1"), Setting::On);
//! assert_eq!(Setting::parse("http://localhost:9000/stream"), Setting::Url("http://localhost:9000/stream".to_owned()));
//! assert_eq!(Setting::parse("off"), Setting::Off);
//! ```

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use sentry_trace_runtime::contain;
use sentry_trace_runtime::diagnostics::Listener;

use crate::envelope::Envelope;
use crate::post::{Posted, Poster};
use crate::switch;
use crate::time::now;
use crate::transport::Transport;

/// Where the sidecar listens unless told otherwise.
pub const DEFAULT_URL: &str = "http://localhost:8969/stream";

/// Copies that wait; further ones are dropped.
const CAPACITY: usize = 256;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);
const TIMEOUT: Duration = Duration::from_secs(2);

/// The most that a flush waits for copies: they are a convenience.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// How often a flush looks whether there is room for its question.
const FLUSH_STEP: Duration = Duration::from_millis(2);

/// What `SENTRY_SPOTLIGHT` says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// No copies.
    Off,
    /// Copies to the URL that `SENTRY_SPOTLIGHT` names, else to [`DEFAULT_URL`].
    On,
    /// Copies to this URL.
    Url(String),
}

impl Setting {
    /// Reads a yes or a no, in any case; anything else is taken for a URL (Sentry, "Spotlight").
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match switch::parse(text) {
            Some(false) => Self::Off,
            Some(true) => Self::On,
            None => Self::Url(text.trim().to_owned()),
        }
    }

    /// Where copies go, if there are any.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Off => None,
            Self::On => Some(DEFAULT_URL),
            Self::Url(url) => Some(url),
        }
    }
}

/// Sends copies from a thread of its own, past any proxy; whoever hands an envelope over never waits.
///
/// Copies that cannot be delivered, or not fast enough, are dropped, and not counted as losses. The first time, one
/// warning says so.
pub struct Spotlight {
    sender: SyncSender<Message>,
    /// A copy was dropped because too many were waiting.
    is_over: Arc<AtomicBool>,
}

/// Why there are no copies.
#[derive(Debug)]
#[non_exhaustive]
pub enum SpotlightError {
    /// This is not the URL of an HTTP server.
    Url(String),
    /// The thread cannot be started.
    Thread(std::io::Error),
}

enum Message {
    Copy(Arc<Envelope>),
    Flush(SyncSender<()>),
}

impl Spotlight {
    /// Sends to `url`, with the warning as a line on the standard error output.
    ///
    /// # Errors
    /// Where `url` is no HTTP URL, or there is no thread.
    pub fn new(url: &str) -> Result<Self, SpotlightError> {
        Self::with_warning(url, warn)
    }

    /// Sends to `url`; `warn` is called with the warning, from the thread that sends.
    ///
    /// # Errors
    /// Where `url` is no HTTP URL, or there is no thread.
    pub fn with_warning(
        url: &str,
        warn: impl FnOnce(&str) + Send + 'static,
    ) -> Result<Self, SpotlightError> {
        if !is_http_url(url) {
            return Err(SpotlightError::Url(url.to_owned()));
        }
        let poster = Poster::to_sidecar(url.to_owned(), CONNECT_TIMEOUT, TIMEOUT);
        let warning = format!("Spotlight at {url} does not take all envelopes; this is said once");
        let (sender, receiver) = sync_channel(CAPACITY);
        let is_over = Arc::new(AtomicBool::new(false));
        let noticed = is_over.clone();
        thread::Builder::new()
            .name("sentry-trace-spotlight".into())
            .spawn(move || work(&receiver, &noticed, &poster, || warn(&warning)))
            .map_err(SpotlightError::Thread)?;
        Ok(Self { sender, is_over })
    }
}

impl Transport for Spotlight {
    fn send(&self, envelope: &Arc<Envelope>) {
        if self
            .sender
            .try_send(Message::Copy(envelope.clone()))
            .is_err()
        {
            self.is_over.store(true, Ordering::Relaxed);
        }
    }

    /// Waits half a second at most, and is content with whatever became of the copies.
    fn flush(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout.min(FLUSH_TIMEOUT);
        let (done, is_done) = sync_channel(1);
        let mut message = Message::Flush(done);
        while let Err(TrySendError::Full(refused)) = self.sender.try_send(message) {
            if Instant::now() >= deadline {
                return true;
            }
            message = refused;
            thread::sleep(FLUSH_STEP);
        }
        _ = is_done.recv_timeout(deadline.saturating_duration_since(Instant::now()));
        true
    }
}

fn work(receiver: &Receiver<Message>, is_over: &AtomicBool, poster: &Poster, warn: impl FnOnce()) {
    let mut warn = Some(warn);
    for message in receiver {
        match message {
            Message::Copy(envelope) => {
                let taken = is_taken(&poster.post(&envelope.to_bytes(now()), None));
                let dropped = !taken || is_over.load(Ordering::Relaxed);
                if let Some(warn) = warn.take_if(|_| dropped) {
                    // A panic in it costs no copies.
                    _ = contain(warn);
                }
            }
            // Whoever asked may have given up.
            Message::Flush(done) => _ = done.send(()),
        }
    }
}

/// Writes a line on the standard error output.
pub(crate) fn warn(warning: &str) {
    Listener::standard_error().note(warning);
}

fn is_taken(posted: &Posted) -> bool {
    matches!(posted, Posted::Answer(answer) if (200..300).contains(&answer.status))
}

pub(crate) fn is_http_url(url: &str) -> bool {
    url.parse::<ureq::http::Uri>()
        .is_ok_and(|url| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
}

impl fmt::Debug for Spotlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Spotlight")
    }
}

impl fmt::Display for SpotlightError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => write!(
                f,
                "{url:?} is not the URL of a Spotlight, such as {DEFAULT_URL}"
            ),
            Self::Thread(reason) => write!(f, "the thread that copies cannot be started: {reason}"),
        }
    }
}

impl std::error::Error for SpotlightError {}
