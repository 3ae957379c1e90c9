//! What was received, and how much of it is kept.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::envelope::Envelope;
use crate::model::{ClientReport, EventRecord, StreamedSpan, TransactionRecord};
use crate::records::Records;
use crate::trace::{self, Trace};
use crate::weight::weigh;

/// How much is kept. What is over is dropped, oldest first, and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most envelopes; 100 000 by default.
    pub envelopes: usize,
    /// The most bytes; 512 MiB by default. An envelope counts with its bytes as sent, uncompressed, with the request's
    /// headers, with about as much as what is kept of its JSON takes in memory, and with 1 KiB for itself, each item and
    /// each record that was read out of it.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            envelopes: 100_000,
            bytes: 512 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// Replaces the number of envelopes.
    #[must_use]
    pub fn envelopes(self, envelopes: usize) -> Self {
        Self { envelopes, ..self }
    }

    /// Replaces the number of bytes.
    #[must_use]
    pub fn bytes(self, bytes: usize) -> Self {
        Self { bytes, ..self }
    }
}

/// An accepted envelope with the request that brought it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReceivedEnvelope {
    /// The path's project; `None` for one that came by `/stream`.
    pub project: Option<String>,
    /// The header `x-sentry-auth`, or the query where it names a `sentry_key`.
    pub auth: Option<String>,
    /// The public key: of the header, else of the query, else of the envelope's `dsn`.
    pub public_key: Option<String>,
    /// All headers of the request, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The envelope.
    pub envelope: Envelope,
    /// The envelope's size in bytes, uncompressed.
    pub size: usize,
}

impl ReceivedEnvelope {
    /// The request's first header of this name, which is given in lower case.
    pub fn request_header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

struct Entry {
    received: Arc<ReceivedEnvelope>,
    records: Records,
    weight: usize,
}

/// The state of a collector, seen by [`Collector::wait_until`](crate::Collector::wait_until).
pub struct Store {
    limits: Limits,
    entries: VecDeque<Entry>,
    bytes: usize,
    transactions: usize,
    requests: u64,
    accepted: u64,
    refused: u64,
    last_refusal: Option<String>,
    hanging: usize,
    dropped: u64,
}

impl Store {
    /// The envelopes, oldest first.
    pub fn envelopes(&self) -> impl Iterator<Item = &Arc<ReceivedEnvelope>> {
        self.entries.iter().map(|entry| &entry.received)
    }

    /// The transactions, in the order of their arrival.
    pub fn transactions(&self) -> impl Iterator<Item = &TransactionRecord> {
        self.records().flat_map(|records| &records.transactions)
    }

    /// The streamed spans, in the order of their arrival.
    pub fn spans(&self) -> impl Iterator<Item = &StreamedSpan> {
        self.records().flat_map(|records| &records.spans)
    }

    /// The error events, in the order of their arrival.
    pub fn events(&self) -> impl Iterator<Item = &EventRecord> {
        self.records().flat_map(|records| &records.events)
    }

    /// The client reports, in the order of their arrival.
    pub fn client_reports(&self) -> impl Iterator<Item = &ClientReport> {
        self.records().flat_map(|records| &records.client_reports)
    }

    /// Why items that should be transactions, spans, events or client reports are not.
    pub fn unreadable(&self) -> impl Iterator<Item = &str> {
        self.records()
            .flat_map(|records| &records.unreadable)
            .map(String::as_str)
    }

    /// The traces, newest first by the arrival of their first part.
    pub fn traces(&self) -> Vec<Trace> {
        self.newest_traces(usize::MAX)
    }

    /// The newest traces, at most `limit`.
    pub fn newest_traces(&self, limit: usize) -> Vec<Trace> {
        trace::group(self.records(), limit)
    }

    /// The trace of this id.
    pub fn trace(&self, trace_id: &str) -> Option<Trace> {
        trace::find(self.records(), trace_id)
    }

    /// How many traces there are.
    pub fn trace_count(&self) -> usize {
        trace::count(self.records())
    }

    /// How many transactions are kept.
    pub fn transaction_count(&self) -> usize {
        self.transactions
    }

    /// How many requests to an envelope route were begun, of whichever outcome.
    pub fn requests_seen(&self) -> u64 {
        self.requests
    }

    /// How many envelopes were accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }

    /// How many requests were refused because of what they brought.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// Why the last one was refused.
    pub fn last_refusal(&self) -> Option<&str> {
        self.last_refusal.as_deref()
    }

    /// How many requests hang now.
    pub fn hanging(&self) -> usize {
        self.hanging
    }

    /// How many accepted envelopes were dropped because of the limits.
    pub fn dropped_envelopes(&self) -> u64 {
        self.dropped
    }

    /// How many bytes count towards [`Limits::bytes`] now.
    pub fn kept_bytes(&self) -> usize {
        self.bytes
    }

    fn records(&self) -> impl DoubleEndedIterator<Item = &Records> + Clone {
        self.entries.iter().map(|entry| &entry.records)
    }
}

impl Store {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: VecDeque::new(),
            bytes: 0,
            transactions: 0,
            requests: 0,
            accepted: 0,
            refused: 0,
            last_refusal: None,
            hanging: 0,
            dropped: 0,
        }
    }

    pub(crate) fn accept(&mut self, received: ReceivedEnvelope) {
        let records = Records::read(&received.envelope, received.public_key.as_deref());
        let weight = weigh(
            received.size,
            &received.headers,
            &received.envelope,
            &records,
        );
        self.accepted += 1;
        self.bytes += weight;
        self.transactions += records.transactions.len();
        self.entries.push_back(Entry {
            received: Arc::new(received),
            records,
            weight,
        });
        while self.entries.len() > self.limits.envelopes || self.bytes > self.limits.bytes {
            self.drop_oldest();
        }
    }

    pub(crate) fn count_request(&mut self) {
        self.requests += 1;
    }

    pub(crate) fn refuse(&mut self, reason: &str) {
        self.refused += 1;
        self.last_refusal = Some(reason.to_owned());
    }

    pub(crate) fn begin_hanging(&mut self) {
        self.hanging += 1;
    }

    pub(crate) fn end_hanging(&mut self) {
        self.hanging -= 1;
    }

    /// Forgets everything but the requests that hang.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            hanging: self.hanging,
            ..Self::new(self.limits)
        };
    }

    fn drop_oldest(&mut self) {
        let Some(oldest) = self.entries.pop_front() else {
            return;
        };
        self.bytes -= oldest.weight;
        self.transactions -= oldest.records.transactions.len();
        self.dropped += 1;
    }
}
