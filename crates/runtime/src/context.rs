//! A trace that was continued or started, before its first span.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, OnceLock};

use sentry_trace_core::decision::Decision;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sample_rand::SampleRand;
use sentry_trace_core::sampling::Outcome;
use sentry_trace_core::sentry_trace::SentryTrace;

use crate::contain::is_quiet;
use crate::decide::{Parent, decide};
use crate::describe::Describe;
use crate::handle::SpanHandle;
use crate::received::{Frozen, Received, Unread};
use crate::recording::{Recording, Slot};
use crate::span::Span;
use crate::trace::{Dsc, Role, State, Trace};
use crate::tracer::Tracer;

/// A trace that was continued or started: start a span in it, or enter its [`scope`](Self::scope) as it is.
#[doc(alias = "propagationContext")]
#[derive(Clone)]
#[must_use]
pub struct TraceContext {
    tracer: Tracer,
    trace_id: TraceId,
    remote_parent: Option<SpanId>,
    /// What the sender decided.
    decision: Decision,
    origin: Origin,
}

/// Where the context comes from.
#[derive(Clone)]
pub(crate) enum Origin {
    /// The trace begins here, or began with this scope, whose context is that of its roots.
    Head(SampleRand, Option<Arc<Trace>>),
    /// Received, and empty.
    Empty,
    /// Received and read.
    Received(Received),
    /// Received, and kept as it came: nobody but who asks for the context needs to know what it says.
    Unread(Vec<u8>),
}

impl TraceContext {
    /// The head of a new trace.
    pub(crate) fn head(tracer: Tracer, trace_id: TraceId) -> Self {
        Self {
            tracer,
            trace_id,
            remote_parent: None,
            decision: Decision::Deferred,
            origin: Origin::Head(SampleRand::of(trace_id), None),
        }
    }

    /// A trace that came in.
    pub(crate) const fn continued(tracer: Tracer, sender: SentryTrace, origin: Origin) -> Self {
        Self {
            tracer,
            trace_id: sender.trace_id,
            remote_parent: sender.span_id,
            decision: sender.decision,
            origin,
        }
    }

    /// The trace of a scope, for a root span that is started in it.
    pub(crate) fn of_scope(scope: &Arc<Trace>) -> Self {
        match &scope.dsc {
            Dsc::Head {
                sample_rand,
                frozen,
                ..
            } if frozen.get().is_none() => Self {
                tracer: scope.tracer.clone(),
                trace_id: scope.trace_id,
                remote_parent: None,
                decision: Decision::Deferred,
                origin: Origin::Head(*sample_rand, Some(scope.clone())),
            },
            _ => Self::below(scope, scope.remote_parent),
        }
    }

    /// The trace of a span, continued below it as another service would.
    fn below(trace: &Trace, parent_span_id: Option<SpanId>) -> Self {
        let received = |frozen: Frozen| Origin::Received(frozen.into());
        Self {
            tracer: trace.tracer.clone(),
            trace_id: trace.trace_id,
            remote_parent: parent_span_id,
            decision: trace.decision,
            origin: trace.frozen().map_or(Origin::Empty, received),
        }
    }

    /// The trace.
    #[must_use]
    pub const fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The sender's span.
    #[must_use]
    pub const fn parent_span_id(&self) -> Option<SpanId> {
        self.remote_parent
    }

    /// What the sender decided.
    #[must_use]
    pub const fn parent_decision(&self) -> Decision {
        self.decision
    }

    const fn is_head(&self) -> bool {
        matches!(self.origin, Origin::Head(..))
    }

    /// Whether the trace came in, rather than being started here.
    #[must_use]
    pub const fn is_continued(&self) -> bool {
        !self.is_head()
    }

    /// The trace as it is, without a span: what goes out from it names the sender's decision and nothing is recorded.
    /// A span that is started while it is current becomes the root of a transaction.
    #[must_use]
    pub fn scope(self) -> SpanHandle {
        let span_id = self.tracer.entropy().span_id();
        self.scope_at(span_id)
    }

    /// As [`scope`](Self::scope), but what goes out from it names the sender's span as the parent, not one of its own; the
    /// requests of clients do too.
    #[must_use]
    pub fn scope_of_sender(self) -> SpanHandle {
        match self.remote_parent {
            Some(span_id) => self.scope_at(span_id),
            None => self.scope(),
        }
    }

    /// The trace as it is, for work that is not to be recorded: nothing that is started while it is current is.
    #[must_use]
    pub fn unrecorded(self) -> SpanHandle {
        let span_id = self.tracer.entropy().span_id();
        self.without_transaction(span_id, Role::Transaction)
    }

    fn scope_at(self, span_id: SpanId) -> SpanHandle {
        self.without_transaction(span_id, Role::Scope)
    }

    fn without_transaction(self, span_id: SpanId, role: Role) -> SpanHandle {
        let undecided = Inherited {
            decision: self.decision,
            decided_rate: None,
        };
        let trace = self.into_trace(undecided, span_id, role);
        SpanHandle::first(Arc::new(trace), Slot::None)
    }

    /// The shared state, with what was decided written into the context (rule R3).
    pub(crate) fn into_trace(
        self,
        outcome: impl Into<Inherited>,
        root_span_id: SpanId,
        role: Role,
    ) -> Trace {
        let Inherited {
            decision,
            decided_rate,
        } = outcome.into();
        let decided = decided_rate.zip(decision.to_option());
        let dsc = match self.origin {
            Origin::Head(sample_rand, scope) => Dsc::Head {
                sample_rand,
                rate: decided_rate,
                frozen: OnceLock::new(),
                scope,
            },
            Origin::Empty => Dsc::Empty,
            Origin::Received(received) => Dsc::Frozen(received.freeze(decided)),
            Origin::Unread(line) => Dsc::Unread(Unread::new(line, self.decision, decided)),
        };
        Trace {
            tracer: self.tracer,
            trace_id: self.trace_id,
            root_span_id,
            remote_parent: self.remote_parent,
            decision,
            dsc,
            role,
            state: Mutex::new(State::new()),
        }
    }
}

/// A decision, and the rate where it was made here.
pub(crate) struct Inherited {
    decision: Decision,
    decided_rate: Option<f64>,
}

impl From<Outcome> for Inherited {
    fn from(outcome: Outcome) -> Self {
        Self {
            decision: outcome.decision,
            decided_rate: outcome.decided_rate,
        }
    }
}

impl TraceContext {
    /// Decides, and starts the root span of a transaction: for adapters, which describe it lazily.
    pub fn start_root(self, description: &mut dyn Describe, sampled: Option<bool>) -> Span {
        if is_quiet() {
            return Span::new(self.unrecorded());
        }
        let (outcome, left_out) = decide(&self.tracer, &self.parent(), description, sampled);
        let span_id = self.tracer.entropy().span_id();
        let names_context = self.is_head() && outcome.decided_rate.is_some();
        let record = outcome.record;
        let role = left_out.map_or(Role::Transaction, |reason| {
            Role::LeftOut(reason, AtomicU32::new(1))
        });
        let trace = Arc::new(self.into_trace(outcome, span_id, role));
        if record {
            let surroundings = trace.tracer.surroundings();
            let source = description.source();
            // Nobody else has the trace yet, so that a description may take its time.
            let mut state = trace.state();
            state.source = source;
            let recording = state.recording.insert(Box::new(Recording::new(
                description.record(span_id, trace.remote_parent),
                surroundings,
            )));
            recording.begin(trace.tracer.clock());
        } else if names_context {
            let (name, source) = (description.name(), description.source());
            let mut state = trace.state();
            state.head_name = name;
            state.source = source;
        }
        let slot = if record { Slot::Root } else { Slot::None };
        Span::new(SpanHandle::first(trace, slot))
    }

    /// What a decision goes by.
    fn parent(&self) -> Parent {
        let (sample_rand, sample_rate) = match &self.origin {
            Origin::Head(sample_rand, _) => (Some(*sample_rand), None),
            Origin::Empty => (Some(SampleRand::of(self.trace_id)), None),
            Origin::Received(received) => received.numbers(),
            Origin::Unread(_) => (None, None),
        };
        Parent {
            trace_id: self.trace_id,
            decision: self.decision,
            sample_rate,
            sample_rand,
        }
    }
}

impl SpanHandle {
    /// The trace, to be continued below this span in transactions of their own: for work that outlives the request,
    /// whose children end with it. `None` when there is no span.
    ///
    /// At the head of a trace this freezes the context (rule R7).
    ///
    /// ```
    /// # use sentry_trace_runtime::{Options, Tracer, set_global};
    /// use sentry_trace_runtime::{TraceFutureExt, current_span, start_span};
    /// # let sink = sentry_trace_runtime::testing::MemorySink::new();
    /// # set_global(Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?);
    ///
    /// # async fn mail() {}
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let request = start_span("POST /orders").enter();
    /// let mut task = None;
    /// if let Some(context) = current_span().continuation() {
    ///     let span = context.start_span("send mail").op("task").start();
    ///     task = Some(tokio::spawn(mail().in_trace_span(span)));
    /// }
    /// drop(request);
    /// # task.unwrap().await.unwrap();
    /// # let mut transactions = sink.take();
    /// # transactions.sort_by_key(|transaction| transaction.root.parent_span_id.is_some());
    /// # let [order, mail] = &transactions[..] else { panic!() };
    /// # assert_eq!(mail.root.parent_span_id, Some(order.root.span_id));
    /// # });
    /// # Ok::<(), sentry_trace_runtime::OptionsError>(())
    /// ```
    #[must_use]
    pub fn continuation(&self) -> Option<TraceContext> {
        let (trace, parent) = self.place()?;
        Some(TraceContext::below(trace, parent))
    }
}
