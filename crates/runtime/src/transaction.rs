//! A finished transaction, as a sink receives it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use sentry_trace_core::id::{SpanId, TraceId, version_4};
use sentry_trace_core::status::SpanStatus;

use crate::clock::Timestamp;
pub use crate::data::{Data, MAX_DATA};
pub use crate::frozen_dsc::FrozenDsc;
pub use crate::link::{Links, MAX_LINKS};
use crate::service::Service;
use crate::text::Text;

/// Where the name of a transaction comes from (Sentry, "Transaction Annotations").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionSource {
    /// Given by the user.
    #[default]
    Custom,
    /// A raw URL path; such a name does not go into the dynamic sampling context (rule R7).
    Url,
    /// A route with placeholders.
    Route,
    /// The name of a view.
    View,
    /// The name of a component.
    Component,
    /// The name of a task.
    Task,
}

impl TransactionSource {
    /// The name that goes into an envelope.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::Url => "url",
            Self::Route => "route",
            Self::View => "view",
            Self::Component => "component",
            Self::Task => "task",
        }
    }
}

/// Whatever a sink remembers with a transaction; only the sink itself knows the type.
pub type Surroundings = Arc<dyn Any + Send + Sync>;

/// A finished transaction: the root span and all others that were recorded below it in this service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Transaction {
    /// The id of the event.
    pub event_id: EventId,
    /// The trace.
    pub trace_id: TraceId,
    /// The span that stands for the whole transaction; its parent is the sender's span, when the trace was continued.
    pub root: SpanRecord,
    /// Where the name of the root comes from.
    pub source: TransactionSource,
    /// The child spans, in the order in which they were started.
    pub spans: Vec<SpanRecord>,
    /// Spans that were over the limit and are not in `spans` (rule R10).
    pub dropped_spans: u32,
    /// The frozen dynamic sampling context; `None` when it is empty (rule R3).
    pub dsc: Option<FrozenDsc>,
    /// The service that recorded it.
    pub service: Arc<Service>,
    /// What the sink remembered when the transaction started.
    pub surroundings: Option<Surroundings>,
}

impl Transaction {
    /// How many spans it has, itself included.
    #[must_use]
    pub fn span_count(&self) -> usize {
        self.spans.len() + 1
    }
}

/// A span that was recorded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanRecord {
    /// The span.
    pub span_id: SpanId,
    /// The span that it was started below; for a root, the sender's.
    pub parent_span_id: Option<SpanId>,
    /// The name, which Sentry also calls description.
    pub name: Text,
    /// What kind of work it was, `http.server` or `db` for example; may be empty.
    pub op: Text,
    /// What made the span: `manual`, or `auto.http.<crate>`.
    pub origin: Text,
    /// How it ended, if anybody said so. A child that is open when its transaction finishes ends with it, cancelled.
    pub status: Option<SpanStatus>,
    /// When it started.
    pub start: Timestamp,
    /// When it ended; while it is open, when it began here, whatever its start is said to be.
    pub end: Timestamp,
    /// Data, each key once.
    pub data: Data,
    /// The spans that it is linked to, in this trace and in others.
    pub links: Links,
    pub(crate) open: bool,
}

impl SpanRecord {
    /// An open span without a name and a time.
    pub(crate) const fn open(span_id: SpanId, parent_span_id: Option<SpanId>) -> Self {
        Self {
            span_id,
            parent_span_id,
            name: Text::EMPTY,
            op: Text::EMPTY,
            origin: Text::EMPTY,
            status: None,
            start: Timestamp::from_micros(0),
            end: Timestamp::from_micros(0),
            data: Data::new(),
            links: Links::new(),
            open: true,
        }
    }

    /// Ends the span, unless it has ended; with this status, unless it has one. It never ends before it starts.
    pub(crate) fn close(&mut self, end: Timestamp, status: Option<SpanStatus>) {
        if self.open {
            self.open = false;
            self.end = end.max(self.start);
            self.status = self.status.or(status);
        }
    }
}

/// The id of an event: a random version 4 UUID, printed as 32 digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventId([u8; 16]);

impl EventId {
    pub(crate) const fn from_random(bytes: [u8; 16]) -> Self {
        Self(version_4(bytes))
    }

    /// The bytes, most significant first.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}
