//! The official client as a way for envelopes.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sentry_core::Client;
use sentry_trace_runtime::contain;
use sentry_trace_runtime::sink::{Loss, LossReason};

use crate::discards::Discards;
use crate::envelope::{Envelope, report_header, write_item};
use crate::time::now;
use crate::transport::Transport;

/// What the client's channel holds unless its options say otherwise.
const CLIENT_CAPACITY: usize = 30;

/// How long to wait for the client to send what it holds, before it gets more.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// Sends envelopes through a client of the official crate.
///
/// The client's channel is short, what does not fit is lost there, and it does not count finished bytes. So at most a
/// quarter of it is used before it is waited for: by the sink's thread, which has a queue in front that counts.
pub struct ClientTransport {
    client: Arc<Client>,
    before_drain: usize,
    /// The channel has no place for two envelopes.
    one_by_one: bool,
    sent: AtomicUsize,
    discards: Mutex<Discards>,
}

impl ClientTransport {
    /// Sends through `client`.
    #[must_use]
    pub fn new(client: Arc<Client>) -> Self {
        let capacity = client
            .options()
            .transport_channel_capacity
            .map_or(CLIENT_CAPACITY, NonZeroUsize::get);
        Self {
            client,
            before_drain: (capacity / 4).max(1),
            one_by_one: capacity < 2,
            sent: AtomicUsize::new(0),
            discards: Mutex::default(),
        }
    }

    fn send_bytes(&self, bytes: Vec<u8>) {
        if self.sent.fetch_add(1, Ordering::Relaxed) % self.before_drain == self.before_drain - 1 {
            self.client.flush(Some(DRAIN_TIMEOUT));
        }
        // A report that the client has pending goes with the next envelope, and would be lost in finished bytes.
        self.client.send_envelope(sentry_core::Envelope::new());
        if self.one_by_one {
            self.client.flush(Some(DRAIN_TIMEOUT));
        }
        if let Ok(envelope) = sentry_core::Envelope::from_bytes_raw(bytes) {
            self.client.send_envelope(envelope);
        }
    }

    fn send_report(&self) {
        let discards = std::mem::take(&mut *self.discards());
        if !discards.is_empty() {
            let mut bytes = report_header(now());
            write_item(&mut bytes, "client_report", &discards.report(now()), |_| {});
            self.send_bytes(bytes);
        }
    }

    fn discards(&self) -> MutexGuard<'_, Discards> {
        self.discards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for ClientTransport {
    fn send(&self, envelope: &Arc<Envelope>) {
        self.send_report();
        self.send_bytes(envelope.to_bytes(now()));
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        // Told the last time, it has found no envelope since.
        let has_waited = self.discards().has(reason.as_str());
        if has_waited {
            self.send_report();
        }
        self.discards().add(reason.as_str(), loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.send_report();
        self.client.flush(Some(timeout))
    }
}

/// What is lost in front of it up to the very end is told after the last envelope.
impl Drop for ClientTransport {
    fn drop(&mut self) {
        contain(|| self.send_report());
    }
}

impl fmt::Debug for ClientTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientTransport")
            .field(&self.client)
            .finish()
    }
}
