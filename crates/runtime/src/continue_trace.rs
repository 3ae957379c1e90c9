//! How a trace begins in this service: continued or new.

use sentry_trace_core::continuation::{self, Incoming, IncomingDsc, NotContinued};
use sentry_trace_core::sentry_trace::SentryTrace;

use crate::context::{Origin, TraceContext};
use crate::current::current_span;
use crate::global;
use crate::handle::TraceData;
use crate::received::Received;
use crate::tracer::Tracer;

impl Tracer {
    /// Continues the trace that the headers of a request name, or starts a new one (rules R1 to R4).
    ///
    /// Bad headers are no error: they lead to a new trace, are counted ([`Stats::refused_traces`]) and told, once for each
    /// reason. Where nothing will be recorded, baggage is kept as it came, and read by the first call that passes it on.
    ///
    /// [`Stats::refused_traces`]: crate::diagnostics::Stats::refused_traces
    #[doc(alias = "continueTrace")]
    #[doc(alias = "continueFromHeaders")]
    pub fn continue_trace<'a, S, B, P>(&self, incoming: Incoming<S, B, P>) -> TraceContext
    where
        S: IntoIterator<Item = &'a [u8]>,
        B: IntoIterator<Item = &'a [u8]>,
        P: IntoIterator<Item = &'a [u8]>,
    {
        self.try_continue(incoming).unwrap_or_else(|reason| {
            self.counters().note_not_continued(reason);
            self.start_new_trace()
        })
    }

    fn try_continue<'a, S, B, P>(
        &self,
        incoming: Incoming<S, B, P>,
    ) -> Result<TraceContext, NotContinued>
    where
        S: IntoIterator<Item = &'a [u8]>,
        B: IntoIterator<Item = &'a [u8]>,
        P: IntoIterator<Item = &'a [u8]>,
    {
        let settings = self.settings();
        let policy = settings.policy();
        let sender = continuation::sender(incoming.sentry_trace, incoming.traceparent, &policy)?;
        let mut lines = incoming.baggage.into_iter();
        let (first, second) = (lines.next(), lines.next());
        let origin = match (first, second) {
            (Some(line), None)
                if !settings.may_record(sender.decision) && policy.allows_unread(line) =>
            {
                Origin::Unread(line.to_owned())
            }
            _ => {
                let lines = first.into_iter().chain(second).chain(lines);
                match continuation::context_as_text(lines, sender.trace_id, &policy)? {
                    IncomingDsc::Empty => Origin::Empty,
                    IncomingDsc::Frozen(members) => Origin::Received(Received::new(
                        members,
                        sender.trace_id,
                        sender.decision,
                        settings.traces_sampler.is_some(),
                    )),
                }
            }
        };
        Ok(TraceContext::continued(self.clone(), sender, origin))
    }

    /// Continues a trace of another library in this process, whose organisation is not asked for (rule R4). It has no
    /// dynamic sampling context, and none is invented (rule R3).
    pub fn continue_in_process(&self, parent: SentryTrace) -> TraceContext {
        TraceContext::continued(self.clone(), parent, Origin::Empty)
    }

    /// Starts a new trace.
    #[doc(alias = "startNewTrace")]
    pub fn start_new_trace(&self) -> TraceContext {
        TraceContext::head(self.clone(), self.entropy().trace_id())
    }

    /// The trace that the process was started in, by `SENTRY_TRACE` and `SENTRY_BAGGAGE` (rule R12).
    ///
    /// `None` when there was none, or when it is not continued by rule R4.
    #[must_use]
    pub fn process_context(&self) -> Option<TraceContext> {
        Some(self.continue_trace(self.environment()?.incoming()))
    }

    /// What work outside any span belongs to: the trace that the process was started in, else a new one.
    pub fn background_context(&self) -> TraceContext {
        self.process_context()
            .unwrap_or_else(|| self.start_new_trace())
    }
}

/// Continues a trace with the global tracer; `None` when there is none.
#[doc(alias = "continueTrace")]
pub fn continue_trace<'a, S, B, P>(incoming: Incoming<S, B, P>) -> Option<TraceContext>
where
    S: IntoIterator<Item = &'a [u8]>,
    B: IntoIterator<Item = &'a [u8]>,
    P: IntoIterator<Item = &'a [u8]>,
{
    Some(global::tracer()?.continue_trace(incoming))
}

/// Starts a new trace with the global tracer; `None` when there is none.
#[doc(alias = "startNewTrace")]
#[must_use]
pub fn start_new_trace() -> Option<TraceContext> {
    Some(global::tracer()?.start_new_trace())
}

/// The headers that carry the current trace on, for everything that no adapter covers.
///
/// Outside any span this is the trace that the process was started in (rule R12), or `None`.
#[doc(alias = "getTraceData")]
#[must_use]
pub fn trace_data() -> Option<TraceData> {
    let current = current_span();
    if current.is_none() {
        global::tracer()?.process_context()?.scope().trace_data()
    } else {
        current.trace_data()
    }
}
