//! What the items of an envelope say, as records.

use serde_json::{Map, Value};

/// A transaction: the item type `transaction` (rule R13).
///
/// Texts that are absent, null or empty are `None`. Ids are kept as they were sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TransactionRecord {
    /// `event_id`, of the event or else of the envelope.
    pub event_id: Option<String>,
    /// `transaction`: the name.
    pub name: String,
    /// `transaction_info.source`, such as `route` or `url`.
    pub source: Option<String>,
    /// Who sent it: the tag `service`, else `server_name`, else the environment, else the public key, else `unknown`.
    pub service: String,
    /// `release`.
    pub release: Option<String>,
    /// `environment`.
    pub environment: Option<String>,
    /// `server_name`.
    pub server_name: Option<String>,
    /// The transaction's own span: `contexts.trace` and the timestamps.
    pub root: SpanRecord,
    /// `spans`, flat, in the order in which they were sent.
    pub spans: Vec<SpanRecord>,
    /// The `trace` object of the envelope's header: the dynamic sampling context.
    pub trace_header: Option<Map<String, Value>>,
    /// The whole payload.
    pub json: Value,
}

impl TransactionRecord {
    /// `contexts.trace.trace_id`.
    pub fn trace_id(&self) -> &str {
        &self.root.trace_id
    }

    /// `contexts.trace.span_id`.
    pub fn span_id(&self) -> &str {
        &self.root.span_id
    }

    /// `contexts.trace.parent_span_id`: the span of the caller.
    pub fn parent_span_id(&self) -> Option<&str> {
        self.root.parent_span_id.as_deref()
    }
}

/// One span, wherever it was sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpanRecord {
    /// The trace's id.
    pub trace_id: String,
    /// The span's id.
    pub span_id: String,
    /// The id of the span above it.
    pub parent_span_id: Option<String>,
    /// The name: `description` in a transaction, `name` in a stream.
    pub name: String,
    /// `op`, such as `http.client`.
    pub op: Option<String>,
    /// `status`, such as `ok`.
    pub status: Option<String>,
    /// `origin`, such as `auto.http.axum`.
    pub origin: Option<String>,
    /// The start, in seconds since 1970.
    pub start: f64,
    /// The end, in seconds since 1970.
    pub end: f64,
    /// `data`, or `attributes` without their types.
    pub data: Map<String, Value>,
}

/// A span that was sent on its own: one element of an item of type `span`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StreamedSpan {
    /// The span.
    pub span: SpanRecord,
    /// Whether it is the head of a segment: what a transaction is otherwise.
    pub is_segment: bool,
    /// Who sent it: the attribute `service.name`, else the environment, else the public key, else `unknown`.
    pub service: String,
}

/// An error or message: the item type `event`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EventRecord {
    /// `event_id`, of the event or else of the envelope.
    pub event_id: Option<String>,
    /// `contexts.trace.trace_id`.
    pub trace_id: Option<String>,
    /// `contexts.trace.span_id`: the span that was current.
    pub span_id: Option<String>,
    /// `level`, such as `error`.
    pub level: Option<String>,
    /// The message, or type and value of the last exception.
    pub title: String,
    /// Who sent it, found as for a transaction.
    pub service: String,
    /// The whole payload.
    pub json: Value,
}

/// What a client lost, and why: the item type `client_report`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ClientReport {
    /// `discarded_events`.
    pub discarded: Vec<Discarded>,
    /// The whole payload.
    pub json: Value,
}

/// One line of a client report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Discarded {
    /// `reason`, such as `queue_overflow`.
    pub reason: String,
    /// `category`, such as `transaction` or `span`.
    pub category: String,
    /// How many.
    pub quantity: u64,
}
