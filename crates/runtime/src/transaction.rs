//! A finished transaction, as a sink receives it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use sentry_trace_core::id::{SpanId, TraceId, version_4};
use sentry_trace_core::status::SpanStatus;

use crate::clock::Timestamp;
pub use crate::frozen_dsc::FrozenDsc;
use crate::service::Service;
use crate::text::Text;
use crate::value::Value;

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
    /// When it ended; while it is open, when it started.
    pub end: Timestamp,
    /// Data, each key once.
    pub data: Data,
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

/// The data of a span: keys and values in the order in which they were first set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Data(Vec<(Text, Value)>);

/// The most keys that a span's data holds; further ones are ignored.
pub const MAX_DATA: usize = 128;

impl Data {
    /// No data.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// No data yet, and room for that many keys.
    #[must_use]
    pub fn with_capacity(keys: usize) -> Self {
        Self(Vec::with_capacity(keys))
    }

    /// Sets a value; an earlier one of the same key is replaced in its place.
    pub fn set(&mut self, key: impl Into<Text>, value: impl Into<Value>) {
        let key = key.into();
        if let Some((_, known)) = self.0.iter_mut().find(|(known, _)| *known == key) {
            *known = value.into();
        } else if self.0.len() < MAX_DATA {
            self.0.push((key, value.into()));
        }
    }

    /// Adds a value whose key is not there yet, which is not looked for: for adapters that set many keys of their own.
    #[doc(hidden)]
    pub fn add(&mut self, key: &'static str, value: impl Into<Value>) {
        debug_assert!(self.get(key).is_none(), "{key} is there already");
        self.0.push((Text::from_static(key), value.into()));
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, value)| value)
    }

    /// All keys and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// Whether there is no data.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the value of a key.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.remove(at).1)
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
