//! The shared state of one trace in one service: one allocation per request.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use sentry_trace_core::decision::Decision;
use sentry_trace_core::dsc::Head;
use sentry_trace_core::id::{SpanId, TraceId};
use sentry_trace_core::sample_rand::SampleRand;
use sentry_trace_core::status::SpanStatus;

use crate::changes::with_decision;
use crate::frozen_dsc::FrozenDsc;
use crate::queue::guarded;
use crate::received::{Frozen, Unread};
use crate::recording::{End, Recording};
use crate::sink::{Loss, LossReason};
use crate::text::Text;
use crate::tracer::Tracer;
use crate::transaction::{EventId, Transaction, TransactionSource};

/// What all spans of a transaction share.
pub(crate) struct Trace {
    pub(crate) tracer: Tracer,
    pub(crate) trace_id: TraceId,
    /// The first span in this service.
    pub(crate) root_span_id: SpanId,
    /// The sender's span.
    pub(crate) remote_parent: Option<SpanId>,
    pub(crate) decision: Decision,
    pub(crate) dsc: Dsc,
    pub(crate) role: Role,
    pub(crate) state: Mutex<State>,
}

/// What is started below.
pub(crate) enum Role {
    /// No span has been started yet: the next one becomes a root of its own.
    Scope,
    /// Part of a transaction, or of nothing where none was to be recorded.
    Transaction,
    /// Part of a transaction that is not recorded for this reason. So many spans, the root among them, were started in it.
    LeftOut(LossReason, AtomicU32),
}

/// "Not frozen yet" and "frozen and empty" are two things (rule R3). The texts are UTF-8.
pub(crate) enum Dsc {
    /// This service is the head of the trace; frozen by the first baggage or envelope (rule R7).
    Head {
        sample_rand: SampleRand,
        rate: Option<f64>,
        frozen: OnceLock<Vec<u8>>,
        /// The scope that the root was started in: the trace has one context, whoever freezes it.
        scope: Option<Arc<Trace>>,
    },
    /// Received, and empty.
    Empty,
    /// Received.
    Frozen(Frozen),
    /// Received, and nobody has asked what it says.
    Unread(Unread),
}

/// What changes while the transaction runs.
pub(crate) struct State {
    /// Kept for the context of a head that is not recorded; a recording has the name in its root.
    pub(crate) head_name: Text,
    pub(crate) source: TransactionSource,
    pub(crate) recording: Option<Box<Recording>>,
}

impl State {
    /// Inlined, so that the room for a recording is not moved as long as there is none.
    #[inline]
    pub(crate) const fn new() -> Self {
        Self {
            head_name: Text::EMPTY,
            source: TransactionSource::Custom,
            recording: None,
        }
    }
}

/// Room for the context that a service freezes, in bytes.
const EXPECTED_LEN: usize = 384;

impl Trace {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // The state is whole between any two statements; a panic elsewhere does not make it unusable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) const fn is_scope(&self) -> bool {
        matches!(self.role, Role::Scope)
    }

    /// Whether the name of the root matters to anybody.
    pub(crate) fn needs_name(&self) -> bool {
        self.will_freeze_name() || self.state().recording.is_some()
    }

    /// Whether the name of the root goes into a context that is not frozen yet.
    pub(crate) fn will_freeze_name(&self) -> bool {
        matches!(&self.dsc, Dsc::Head { rate: Some(_), frozen, .. } if frozen.get().is_none())
    }

    /// The text of the frozen context; freezes it where this service is the head. `None` when it is empty.
    pub(crate) fn baggage(&self) -> Option<&[u8]> {
        match &self.dsc {
            Dsc::Empty => None,
            Dsc::Frozen(frozen) => Some(&frozen.text),
            Dsc::Unread(unread) => unread.text(self.trace_id),
            Dsc::Head {
                sample_rand,
                rate,
                frozen,
                scope,
            } => Some(frozen.get_or_init(|| {
                let own = || self.freeze(*sample_rand, *rate);
                match scope.as_deref().map(|scope| &scope.dsc) {
                    Some(Dsc::Head { frozen, .. }) => {
                        let decided = rate.zip(self.decision.to_option());
                        with_decision(frozen.get_or_init(own), decided)
                    }
                    _ => own(),
                }
            })),
        }
    }

    /// A copy of the frozen context; freezes it where this service is the head. `None` when it is empty.
    pub(crate) fn frozen(&self) -> Option<Frozen> {
        let text = self.baggage()?.to_owned();
        let (sample_rand, sample_rate) = match &self.dsc {
            Dsc::Head {
                sample_rand, rate, ..
            } => (Some(*sample_rand), *rate),
            Dsc::Frozen(frozen) => (frozen.sample_rand, frozen.sample_rate),
            Dsc::Empty | Dsc::Unread(_) => (None, None),
        };
        Some(Frozen {
            text,
            sample_rand,
            sample_rate,
        })
    }

    fn freeze(&self, sample_rand: SampleRand, rate: Option<f64>) -> Vec<u8> {
        let state = self.state();
        let service = &self.tracer.settings().service;
        let name = state
            .recording
            .as_ref()
            .map_or(&state.head_name, |recording| &recording.root.name);
        let head = Head {
            public_key: service.public_key.as_deref(),
            sample_rate: rate,
            decision: self.decision,
            org_id: service.org_id.as_deref(),
            environment: &service.environment,
            release: service.release.as_deref(),
            transaction: (state.source != TransactionSource::Url).then_some(name),
            ..Head::new(self.trace_id, sample_rand)
        };
        let mut text = Vec::with_capacity(EXPECTED_LEN);
        head.write(&mut text);
        text
    }

    /// Counts a child of a transaction that is left out; one that is started after its end counts for nothing.
    pub(crate) fn count_left_out(&self) {
        if let Role::LeftOut(_, spans) = &self.role {
            spans.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Ends a transaction that is left out, once.
    pub(crate) fn finish_left_out(&self) {
        if let Role::LeftOut(reason, spans) = &self.role {
            let loss = Loss::new(1, spans.load(Ordering::Relaxed).into());
            self.tracer.counters().losses.add(*reason, loss);
        }
    }

    /// Ends the root at this time and hands the transaction over, once.
    pub(crate) fn finish(mut self: Arc<Self>, status: Option<SpanStatus>, end: impl End) {
        // Frozen before the recording is taken: the envelope may be the first to need it.
        if self.tracer.has_sink() {
            self.baggage();
        }
        let Some((recording, source)) = self.take_recording(status, end) else {
            return;
        };
        let counters = self.tracer.counters();
        if recording.dropped_spans > 0 {
            let loss = Loss::new(0, recording.dropped_spans.into());
            counters.losses.add(LossReason::BufferOverflow, loss);
        }
        if recording.discarded {
            let loss = Loss::new(1, 1 + recording.spans.len() as u64);
            counters.losses.add(LossReason::EventProcessor, loss);
            // What the sink remembered goes with it.
            guarded(counters, || drop(recording));
        } else if self.tracer.has_sink() {
            let dsc = self.take_dsc();
            self.tracer.accept(Transaction {
                event_id: EventId::from_random(self.tracer.entropy().sixteen()),
                trace_id: self.trace_id,
                root: recording.root,
                source,
                spans: recording.spans,
                dropped_spans: recording.dropped_spans,
                dsc,
                service: self.tracer.settings().service.clone(),
                surroundings: recording.surroundings,
            });
        }
    }

    /// Ends the root and takes what was recorded in one step: nothing is added in between.
    fn take_recording(
        &self,
        status: Option<SpanStatus>,
        end: impl End,
    ) -> Option<(Box<Recording>, TransactionSource)> {
        let mut state = self.state();
        let state = &mut *state;
        let recording = state.recording.as_mut()?;
        // What a context that is not frozen yet will be asked for.
        if matches!(&self.dsc, Dsc::Head { frozen, .. } if frozen.get().is_none()) {
            state.head_name = recording.root.name.clone();
        }
        let end = end.time(recording, self.tracer.clock());
        recording.close(end, status);
        Some((state.recording.take()?, state.source))
    }

    /// The frozen context; a copy, where somebody else may still ask for it.
    fn take_dsc(self: &mut Arc<Self>) -> Option<FrozenDsc> {
        let text = match Arc::get_mut(self) {
            Some(Self {
                dsc: Dsc::Frozen(frozen),
                ..
            }) => std::mem::take(&mut frozen.text),
            _ => self.baggage()?.to_owned(),
        };
        Some(FrozenDsc::new(text))
    }
}
