//! A shared reference to a span.

use std::sync::Arc;

use sentry_trace_core::decision::Decision;
use sentry_trace_core::headers::merged_baggage;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sentry_trace::SentryTrace;
use sentry_trace_core::status::SpanStatus;
use sentry_trace_core::traceparent;

use crate::describe::Describe;
use crate::link::Link;
use crate::recording::{End, Slot};
use crate::text::Text;
use crate::trace::Trace;
use crate::tracer::Tracer;
use crate::transaction::{Data, SpanRecord, TransactionSource};
use crate::value::Value;

/// A shared reference to a span, cheap to clone. It does not finish the span;
/// [`Span`](crate::Span) does.
///
/// Everything works on a span that is not recorded too, and does nothing there.
#[derive(Clone)]
pub struct SpanHandle {
    span: Option<Reference>,
}

#[derive(Clone)]
struct Reference {
    trace: Arc<Trace>,
    span_id: SpanId,
    slot: Slot,
}

/// The headers that carry a trace on, as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceData {
    /// The value of `sentry-trace`.
    pub sentry_trace: String,
    /// The value of `baggage`, without what cannot stand in a header; `None` when there is nothing to say.
    pub baggage: Option<String>,
    /// The value of `traceparent`, with [`propagate_traceparent`](crate::Options::propagate_traceparent) only.
    pub traceparent: Option<String>,
}

impl SpanHandle {
    /// No span.
    pub const NONE: Self = Self { span: None };

    /// The first span of a trace in this service.
    pub(crate) fn first(trace: Arc<Trace>, slot: Slot) -> Self {
        let span_id = trace.root_span_id;
        Self {
            span: Some(Reference {
                trace,
                span_id,
                slot,
            }),
        }
    }

    /// Whether there is no span.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.span.is_none()
    }

    /// The trace.
    #[must_use]
    pub fn trace_id(&self) -> Option<TraceId> {
        Some(self.span.as_ref()?.trace.trace_id)
    }

    /// The span.
    #[must_use]
    pub fn span_id(&self) -> Option<SpanId> {
        Some(self.span.as_ref()?.span_id)
    }

    /// The root of the transaction that the span belongs to; the span itself where it is the root.
    #[doc(alias = "getRootSpan")]
    #[must_use]
    pub fn root(&self) -> Self {
        let root = |span: &Reference| Reference {
            trace: span.trace.clone(),
            span_id: span.trace.root_span_id,
            slot: match span.slot {
                Slot::None => Slot::None,
                _ => Slot::Root,
            },
        };
        Self {
            span: self.span.as_ref().map(root),
        }
    }

    /// The sender's span, when the trace was continued.
    #[must_use]
    pub fn remote_parent_span_id(&self) -> Option<SpanId> {
        self.span.as_ref()?.trace.remote_parent
    }

    /// The decision that is propagated.
    #[must_use]
    pub fn decision(&self) -> Decision {
        self.span
            .as_ref()
            .map_or(Decision::Deferred, |span| span.trace.decision)
    }

    /// The tracer that the span belongs to.
    #[must_use]
    pub fn tracer(&self) -> Option<&Tracer> {
        Some(&self.span.as_ref()?.trace.tracer)
    }

    /// Whether the span is part of a transaction that will be handed to the sink.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.recorded().is_some_and(|span| {
            let state = span.trace.state();
            let recording = state.recording.as_ref();
            recording.is_some_and(|recording| !recording.discarded)
        })
    }

    /// Whether the span was recorded when it started, which is cheaper to ask than whether it still is.
    #[doc(hidden)]
    #[must_use]
    pub fn has_record(&self) -> bool {
        self.recorded().is_some()
    }

    /// Whether the name of this root span matters to anybody: it is recorded, or goes into the context.
    #[must_use]
    pub fn needs_name(&self) -> bool {
        self.span.as_ref().is_some_and(|span| match span.slot {
            Slot::None => span.trace.will_freeze_name(),
            _ => span.trace.needs_name(),
        })
    }

    /// Renames the span.
    pub fn set_name(&self, name: impl Into<Text>) {
        let name = name.into();
        match &self.span {
            // It goes into the context all the same (rule R7).
            Some(span) if span.slot == Slot::None && span.span_id == span.trace.root_span_id => {
                span.trace.state().head_name = name;
            }
            _ => _ = self.edit(|span| span.name = name),
        }
    }

    /// Renames the transaction that the span belongs to, and says where the name comes from.
    ///
    /// What has been frozen into the context stays as it is (rule R7).
    #[doc(alias = "updateSpanName")]
    pub fn set_transaction_name(&self, name: impl Into<Text>, source: TransactionSource) {
        let Some(span) = &self.span else { return };
        let name = name.into();
        let mut state = span.trace.state();
        state.source = source;
        match &mut state.recording {
            Some(recording) => recording.root.name = name,
            None => state.head_name = name,
        }
    }

    /// The name of the transaction that the span belongs to, while that matters to anybody.
    #[must_use]
    pub fn transaction_name(&self) -> Option<Text> {
        let trace = &self.span.as_ref()?.trace;
        if !trace.needs_name() {
            return None;
        }
        let state = trace.state();
        let recorded = state.recording.as_ref();
        let name = recorded.map_or(&state.head_name, |recording| &recording.root.name);
        Some(name.clone())
    }

    /// Where the name of the transaction comes from, while that matters to anybody.
    #[must_use]
    pub fn transaction_source(&self) -> Option<TransactionSource> {
        let trace = &self.span.as_ref()?.trace;
        trace.needs_name().then(|| trace.state().source)
    }

    /// Sets data of the transaction that the span belongs to.
    pub fn set_transaction_data(&self, key: impl Into<Text>, value: impl Into<Value>) {
        let Some(span) = &self.span else { return };
        let (key, value) = (key.into(), value.into());
        if let Some(recording) = &mut span.trace.state().recording {
            recording.root.data.set(key, value);
        }
    }

    /// Says what kind of work the span is.
    pub fn set_op(&self, op: impl Into<Text>) {
        let op = op.into();
        self.edit(|span| span.op = op);
    }

    /// Says how the work ended.
    pub fn set_status(&self, status: SpanStatus) {
        self.edit(|span| span.status = Some(status));
    }

    /// Sets data; an earlier value of the same key is replaced.
    #[doc(alias = "setAttribute")]
    pub fn set_data(&self, key: impl Into<Text>, value: impl Into<Value>) {
        let (key, value) = (key.into(), value.into());
        self.edit(|span| span.data.set(key, value));
    }

    /// Sets several data under one lock; `set` is called only when the span is recorded, and must not touch any span
    /// of the same transaction itself.
    pub fn set_data_with(&self, set: impl FnOnce(&mut Data)) {
        self.edit(|span| set(&mut span.data));
    }

    /// Links the span to another one; at most [`MAX_LINKS`](crate::transaction::MAX_LINKS) are kept.
    ///
    /// Takes what [`Link::to`] and [`Link::to_sender`] give, too: without a link nothing happens.
    #[doc(alias = "addLink")]
    #[doc(alias = "addLinks")]
    pub fn add_link(&self, link: impl Into<Option<Link>>) {
        if let Some(link) = link.into() {
            self.edit(|span| span.links.add(link));
        }
    }

    /// Discards the transaction that the span belongs to: it will not be handed to the sink.
    pub fn discard_transaction(&self) {
        let Some(span) = &self.span else { return };
        if let Some(recording) = &mut span.trace.state().recording {
            recording.discarded = true;
        }
    }

    /// What `sentry-trace` says of this span.
    #[must_use]
    pub fn sentry_trace(&self) -> Option<SentryTrace> {
        let span = self.span.as_ref()?;
        Some(SentryTrace {
            trace_id: span.trace.trace_id,
            span_id: Some(span.span_id),
            decision: span.trace.decision,
        })
    }

    /// The frozen context as the value of a baggage header, `sentry-a=1,sentry-b=2`; `None` when it is empty.
    ///
    /// At the head of a trace this freezes it (rule R7).
    #[doc(alias = "getDynamicSamplingContextFromSpan")]
    #[must_use]
    pub fn baggage(&self) -> Option<&str> {
        std::str::from_utf8(self.baggage_bytes()?).ok()
    }

    /// As [`baggage`](Self::baggage), as bytes, for what becomes the value of a header.
    #[must_use]
    pub fn baggage_bytes(&self) -> Option<&[u8]> {
        self.span.as_ref()?.trace.baggage()
    }

    /// The headers that carry the trace on from this span; `None` when there is none.
    #[doc(alias = "getTraceData")]
    #[must_use]
    pub fn trace_data(&self) -> Option<TraceData> {
        let header = self.sentry_trace()?;
        let settings = self.tracer()?.settings();
        let traceparent = || {
            traceparent::format(header.trace_id, header.span_id?, header.decision)
                .to_string()
                .into()
        };
        Some(TraceData {
            sentry_trace: header.to_string(),
            baggage: self.baggage_bytes().and_then(outgoing_baggage),
            traceparent: settings.propagate_traceparent.then(traceparent).flatten(),
        })
    }

    /// Its trace, and the span that the trace is continued below.
    pub(crate) fn place(&self) -> Option<(&Trace, Option<SpanId>)> {
        let span = self.span.as_ref()?;
        // A parent that is not recorded would be looked for in vain.
        let parent = match span.slot {
            Slot::None => span.trace.remote_parent,
            Slot::Lost => Some(span.trace.root_span_id),
            Slot::Root | Slot::Child(_) => Some(span.span_id),
        };
        Some((&span.trace, parent))
    }

    /// Whether a span that is started below this one becomes a root.
    pub(crate) fn scope_trace(&self) -> Option<&Arc<Trace>> {
        Some(&self.span.as_ref()?.trace).filter(|trace| trace.is_scope())
    }

    /// Starts a child, recorded where the transaction is.
    pub(crate) fn child(&self, description: &mut dyn Describe) -> Self {
        let Some(parent) = &self.span else {
            return Self::NONE;
        };
        let span_id = parent.trace.tracer.entropy().span_id();
        let slot = match parent.slot {
            // A receiver would look for a child of it in vain.
            Slot::None if parent.stands_for_sender() => return self.clone(),
            Slot::None => {
                parent.trace.count_left_out();
                Slot::None
            }
            _ => parent.record_child(span_id, description),
        };
        Self {
            span: Some(Reference {
                trace: parent.trace.clone(),
                span_id,
                slot,
            }),
        }
    }

    /// Ends the span at this time; a root hands its transaction over.
    pub(crate) fn finish(self, status: Option<SpanStatus>, end: impl End) {
        match self.span {
            Some(span) if span.slot == Slot::Root => span.trace.finish(status, end),
            Some(span) if matches!(span.slot, Slot::Child(_)) => span.finish_child(status, end),
            Some(span) if span.span_id == span.trace.root_span_id => span.trace.finish_left_out(),
            _ => {}
        }
    }

    fn recorded(&self) -> Option<&Reference> {
        self.span
            .as_ref()
            .filter(|span| matches!(span.slot, Slot::Root | Slot::Child(_)))
    }

    /// Changes the span under its trace's lock, for adapters that change several things at once; says whether it is
    /// recorded. A conversion of the user's, which may look at the same trace, comes before.
    #[doc(hidden)]
    pub fn edit(&self, change: impl FnOnce(&mut SpanRecord)) -> bool {
        let Some(span) = self.recorded() else {
            return false;
        };
        let mut state = span.trace.state();
        let recording = state.recording.as_mut();
        let record = recording.and_then(|recording| recording.span(span.slot));
        record.map(change).is_some()
    }
}

impl Link {
    /// A link to a span of this process, recorded or not; `None` when there is no span.
    #[must_use]
    pub fn to(span: &SpanHandle) -> Option<Self> {
        Self::to_sender(span.sentry_trace()?)
    }
}

impl Reference {
    /// Whether it is a [scope of the sender](crate::TraceContext::scope_of_sender).
    fn stands_for_sender(&self) -> bool {
        self.trace.is_scope() && self.trace.remote_parent == Some(self.span_id)
    }

    fn finish_child(&self, status: Option<SpanStatus>, end: impl End) {
        let tracer = &self.trace.tracer;
        let mut state = self.trace.state();
        let Some(recording) = &mut state.recording else {
            drop(state);
            tracer.note_late_span();
            return;
        };
        let end = end.time(recording, tracer.clock());
        if let Some(record) = recording.span(self.slot) {
            record.close(end, status);
        }
    }

    fn record_child(&self, span_id: SpanId, description: &mut dyn Describe) -> Slot {
        let tracer = &self.trace.tracer;
        // The user's description runs before the lock is taken: it may look at the same trace.
        let mut child = description.record(span_id, Some(self.span_id));
        let mut state = self.trace.state();
        let Some(recording) = &mut state.recording else {
            drop(state);
            tracer.note_late_span();
            return Slot::Lost;
        };
        child.start = recording.now(tracer.clock());
        child.end = child.start;
        recording.push(child, tracer.settings().max_spans)
    }
}

/// What of a frozen context goes out where nothing else is there (rule R8).
fn outgoing_baggage(frozen: &[u8]) -> Option<String> {
    String::from_utf8(merged_baggage([], frozen).into_owned())
        .ok()
        .filter(|text| !text.is_empty())
}

impl Default for SpanHandle {
    fn default() -> Self {
        Self::NONE
    }
}

impl std::fmt::Debug for SpanHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.sentry_trace() {
            Some(header) => write!(f, "SpanHandle({header})"),
            None => f.write_str("SpanHandle(none)"),
        }
    }
}
