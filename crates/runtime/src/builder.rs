//! Describing a span before it starts.

use std::mem;

use sentry_trace_core::id::SpanId;

use crate::clock::Timestamp;
use crate::context::TraceContext;
use crate::current::current_span;
use crate::describe::Describe;
use crate::global;
use crate::handle::SpanHandle;
use crate::link::{Link, Links};
use crate::span::{EnteredSpan, Span};
use crate::text::Text;
use crate::transaction::{Data, SpanRecord, TransactionSource};
use crate::value::Value;

/// A span that is about to start.
#[must_use = "a span starts with `start`, `enter` or `run`"]
pub struct SpanBuilder {
    below: Below,
    description: Description,
    sampled: Option<bool>,
    rare: Option<Box<Rare>>,
}

/// Where the span starts.
#[allow(
    clippy::large_enum_variant,
    reason = "lives on the stack for the time of one call"
)]
enum Below {
    Current,
    Handle(SpanHandle),
    Context(TraceContext),
}

struct Description {
    name: Text,
    op: Text,
    source: TransactionSource,
    data: Data,
}

/// What few spans are given; the others have no room for it.
#[derive(Default)]
struct Rare {
    links: Links,
    started_at: Option<Timestamp>,
}

impl Rare {
    #[cold]
    fn add_to(self: Box<Self>, span: &SpanHandle) {
        span.edit(|record| {
            record.links = self.links;
            record.start = self.started_at.unwrap_or(record.start);
        });
    }
}

/// Starts a span below the current one.
///
/// Outside any span it becomes the root of a transaction of the global tracer: in the trace that the process was
/// started in (rule R12), else in a new one. Without a global tracer there is no span, and nothing happens.
#[doc(alias = "startSpan")]
#[doc(alias = "startSpanManual")]
#[doc(alias = "startInactiveSpan")]
pub fn start_span(name: impl Into<Text>) -> SpanBuilder {
    SpanBuilder::below(Below::Current, name.into())
}

impl SpanBuilder {
    pub(crate) fn root(context: TraceContext, name: Text) -> Self {
        Self::below(Below::Context(context), name)
    }

    pub(crate) fn child_of(parent: SpanHandle, name: Text) -> Self {
        Self::below(Below::Handle(parent), name)
    }

    fn below(below: Below, name: Text) -> Self {
        let description = Description {
            name,
            op: Text::from_static("default"),
            source: TransactionSource::Custom,
            data: Data::new(),
        };
        Self {
            below,
            description,
            sampled: None,
            rare: None,
        }
    }

    /// What kind of work it is, `db` or `task` for example.
    pub fn op(mut self, op: impl Into<Text>) -> Self {
        self.description.op = op.into();
        self
    }

    /// Where the name comes from, for a root.
    pub const fn source(mut self, source: TransactionSource) -> Self {
        self.description.source = source;
        self
    }

    /// Adds data, also called attributes.
    #[doc(alias = "attributes")]
    pub fn data(mut self, key: impl Into<Text>, value: impl Into<Value>) -> Self {
        self.description.data.set(key, value);
        self
    }

    /// Links the span to another one; at most [`MAX_LINKS`](crate::transaction::MAX_LINKS) are kept.
    ///
    /// Takes what [`Link::to`] and [`Link::to_sender`] give, too: without a link nothing happens.
    #[doc(alias = "links")]
    pub fn link(mut self, link: impl Into<Option<Link>>) -> Self {
        if let Some(link) = link.into() {
            self.rare().links.add(link);
        }
        self
    }

    /// Says when the work started, where somebody else measured that: the wait in a queue, or a driver. Whatever is
    /// measured later in the transaction keeps its own times, and nothing else moves when a root starts earlier.
    ///
    /// ```
    /// # use sentry_trace_runtime::testing::MemorySink;
    /// # use sentry_trace_runtime::{Options, Tracer};
    /// use std::time::{Duration, SystemTime};
    ///
    /// # let sink = MemorySink::new();
    /// # let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
    /// # let sent_at = SystemTime::now() - Duration::from_secs(3);
    /// let work = tracer.start_new_trace().start_span("settle").start();
    /// let waited = work.start_child("wait").op("queue.receive").started_at(sent_at.into()).start();
    /// waited.finish_at(SystemTime::now().into());
    /// work.finish();
    /// # let span = &sink.take()[0].spans[0];
    /// # assert!(span.end.since(span.start) >= Duration::from_secs(3));
    /// # Ok::<(), sentry_trace_runtime::OptionsError>(())
    /// ```
    #[doc(alias = "startTime")]
    pub fn started_at(mut self, start: Timestamp) -> Self {
        self.rare().started_at = Some(start);
        self
    }

    fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Decides for a root: goes before the sampler and the parent (rule R5). Ignored where no sampling is configured.
    pub const fn sampled(mut self, sampled: bool) -> Self {
        self.sampled = Some(sampled);
        self
    }

    /// Starts the span.
    pub fn start(self) -> Span {
        let Self {
            below,
            mut description,
            sampled,
            rare,
        } = self;
        let span = match below {
            Below::Context(context) => context.start_root(&mut description, sampled),
            Below::Current => start_below(&current_span(), &mut description, sampled),
            Below::Handle(handle) => start_below(&handle, &mut description, sampled),
        };
        if let Some(rare) = rare {
            rare.add_to(&span);
        }
        span
    }

    /// Starts the span and makes it current on this thread until it is dropped.
    pub fn enter(self) -> EnteredSpan {
        self.start().enter()
    }

    /// Starts the span, calls `f` with it current, and finishes it.
    pub fn run<R>(self, f: impl FnOnce(&Span) -> R) -> R {
        self.start().run(f)
    }
}

impl SpanHandle {
    /// Starts a child of this span, and never a root: for adapters, which describe it lazily. In a
    /// [scope of the sender](TraceContext::scope_of_sender) there is none, and what goes out names the sender's span.
    pub fn start_described_child(&self, description: &mut dyn Describe) -> Span {
        Span::new(self.child(description))
    }

    /// Starts a child of this span; without a span ([`NONE`](Self::NONE)) or in a scope, a root, whatever is current.
    pub fn start_child(&self, name: impl Into<Text>) -> SpanBuilder {
        SpanBuilder::child_of(self.clone(), name.into())
    }
}

impl TraceContext {
    /// Starts the root span of a transaction in this trace.
    #[doc(alias = "startSpan")]
    pub fn start_span(self, name: impl Into<Text>) -> SpanBuilder {
        SpanBuilder::root(self, name.into())
    }
}

/// Starts a child, or a root where there is nothing but a scope, or nothing at all.
fn start_below(parent: &SpanHandle, description: &mut dyn Describe, sampled: Option<bool>) -> Span {
    if let Some(scope) = parent.scope_trace() {
        return TraceContext::of_scope(scope).start_root(description, sampled);
    }
    if !parent.is_none() {
        return Span::new(parent.child(description));
    }
    match global::tracer() {
        Some(tracer) => tracer.background_context().start_root(description, sampled),
        None => Span::new(SpanHandle::NONE),
    }
}

impl Describe for Description {
    fn name(&self) -> Text {
        self.name.clone()
    }

    fn op(&self) -> Text {
        self.op.clone()
    }

    fn source(&self) -> TransactionSource {
        self.source
    }

    fn data(&self) -> Data {
        self.data.clone()
    }

    fn record(&mut self, span_id: SpanId, parent_span_id: Option<SpanId>) -> SpanRecord {
        SpanRecord {
            name: mem::take(&mut self.name),
            op: mem::take(&mut self.op),
            origin: self.origin(),
            data: mem::take(&mut self.data),
            ..SpanRecord::open(span_id, parent_span_id)
        }
    }
}
