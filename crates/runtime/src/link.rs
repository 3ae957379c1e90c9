//! Links from a span to others (Sentry, "Span Links").

use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sentry_trace::SentryTrace;

use crate::data::Data;
use crate::text::Text;
use crate::value::Value;

/// What a span names another span by, in its own trace or any other.
///
/// A consumer that takes many messages at once has one parent at most, and links to whoever sent each of them:
///
/// ```
/// use std::collections::HashMap;
/// use sentry_trace_runtime::carrier::{self, Carrier};
/// use sentry_trace_runtime::core::sentry_trace::{self, SentryTrace};
/// use sentry_trace_runtime::testing::MemorySink;
/// use sentry_trace_runtime::{Link, Options, Tracer};
///
/// let sink = MemorySink::new();
/// let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
/// let publish = |topic| {
///     let mut message = HashMap::new();
///     carrier::inject(&tracer.start_new_trace().start_span(topic).start(), &mut message);
///     message
/// };
/// let batch = [publish("orders"), publish("refunds")];
///
/// let consumer = tracer.start_new_trace().start_span("settle").op("queue.process").start();
/// for message in &batch {
///     let header = Carrier::get(message, sentry_trace::NAME).map(str::as_bytes);
///     let header = header.and_then(|value| SentryTrace::parse(value).ok());
///     consumer.add_link(header.and_then(Link::to_sender));
/// }
/// consumer.finish();
///
/// let transactions = sink.take();
/// let links: Vec<_> = transactions[2].root.links.iter().map(|link| link.trace_id).collect();
/// assert_eq!(links, [transactions[0].trace_id, transactions[1].trace_id]);
/// # Ok::<(), sentry_trace_runtime::OptionsError>(())
/// ```
#[doc(alias = "SpanLink")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Link {
    /// The trace of the other span.
    pub trace_id: TraceId,
    /// The other span.
    pub span_id: SpanId,
    /// Whether the other span was sampled; `None` where that is not known.
    pub sampled: Option<bool>,
    /// Data of the link itself, also called attributes: `sentry.link.type` says what kind of link it is.
    #[doc(alias = "attributes")]
    pub data: Data,
}

impl Link {
    /// A link to this span, of which nothing else is known.
    #[must_use]
    pub const fn new(trace_id: TraceId, span_id: SpanId) -> Self {
        Self {
            trace_id,
            span_id,
            sampled: None,
            data: Data::new(),
        }
    }

    /// A link to the span that sent this header; `None` when it names no span.
    #[must_use]
    pub fn to_sender(header: SentryTrace) -> Option<Self> {
        Some(Self {
            sampled: header.decision.to_option(),
            ..Self::new(header.trace_id, header.span_id?)
        })
    }

    /// Says whether the other span was sampled.
    #[must_use]
    pub const fn sampled(mut self, sampled: bool) -> Self {
        self.sampled = Some(sampled);
        self
    }

    /// Adds data of the link, also called attributes.
    #[doc(alias = "attributes")]
    #[must_use]
    pub fn data(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.data.set(key, value);
        self
    }
}

/// The links of a span, in the order in which they were added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Links(
    #[allow(clippy::box_collection, reason = "next to no span has links")] Option<Box<Vec<Link>>>,
);

/// The most links that a span holds; further ones are ignored.
pub const MAX_LINKS: usize = 128;

impl Links {
    /// No links.
    #[must_use]
    pub const fn new() -> Self {
        Self(None)
    }

    /// Adds a link; one to the same span may be there.
    pub fn add(&mut self, link: Link) {
        let links = self.0.get_or_insert_default();
        if links.len() < MAX_LINKS {
            links.push(link);
        }
    }

    /// All links.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Link> {
        self.0.as_deref().map_or(&[][..], Vec::as_slice).iter()
    }

    /// All links, to be changed.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut Link> {
        let links = self.0.as_deref_mut();
        links.map_or(&mut [][..], Vec::as_mut_slice).iter_mut()
    }

    /// Whether there are no links.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}
