//! A dynamic sampling context that came in.

use std::sync::OnceLock;

use sentry_trace_core::baggage::MemberText;
use sentry_trace_core::continuation::{self, IncomingDsc, Policy, received_rate};
use sentry_trace_core::decision::Decision;
use sentry_trace_core::dsc::Changes;
use sentry_trace_core::id::TraceId;
use sentry_trace_core::sample_rand::SampleRand;

use crate::changes::CHANGES_LEN;

/// A context that does not change any more.
#[derive(Clone)]
pub(crate) struct Frozen {
    /// `sentry-a=1,sentry-b=2`; UTF-8. It may be longer than what is read of other services, and is not cut.
    pub(crate) text: Vec<u8>,
    /// The number that the last decision compared; `None` where nobody has looked at it.
    pub(crate) sample_rand: Option<SampleRand>,
    /// The rate of the last decision, where anybody may ask for it.
    pub(crate) sample_rate: Option<f64>,
}

/// A context whose members were read.
#[derive(Clone)]
pub(crate) struct Received {
    /// The members as they came.
    frozen: Frozen,
    missing: Missing,
}

/// What is missing of the member `sample_rand`, and has to be written (rule R5).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Nothing,
    /// It is there, and has no usable value.
    Value,
    Member,
}

impl Received {
    /// Of a trace for which the sender decided so. The rate is looked at where a sampler may ask for it.
    pub(crate) fn new(
        members: MemberText<'_>,
        trace_id: TraceId,
        decision: Decision,
        has_sampler: bool,
    ) -> Self {
        let (sample_rand, sample_rate) = (members.sample_rand(), members.sample_rate());
        let usable = SampleRand::received(sample_rand);
        let asks_rate = usable.is_none() || has_sampler;
        let sample_rate = asks_rate.then(|| received_rate(sample_rate)).flatten();
        let missing = match (sample_rand, usable) {
            (_, Some(_)) => Missing::Nothing,
            (Some(_), None) => Missing::Value,
            (None, None) => Missing::Member,
        };
        let created = || SampleRand::backfill(trace_id, decision, sample_rate);
        Self {
            frozen: Frozen {
                text: members.into_bytes(),
                sample_rand: usable.or_else(|| Some(created())),
                sample_rate,
            },
            missing,
        }
    }

    pub(crate) const fn numbers(&self) -> (Option<SampleRand>, Option<f64>) {
        (self.frozen.sample_rand, self.frozen.sample_rate)
    }

    /// The context with what is missing and what was decided here written into it (rule R3).
    pub(crate) fn freeze(self, decided: Option<(f64, bool)>) -> Frozen {
        let Self {
            mut frozen,
            missing,
        } = self;
        let changes = Changes {
            sample_rand: frozen.sample_rand.filter(|_| missing != Missing::Nothing),
            decided,
        };
        if changes.is_empty() {
            return frozen;
        }
        if missing == Missing::Member && decided.is_none() {
            changes.append(&mut frozen.text);
            return frozen;
        }
        let mut changed = Vec::with_capacity(frozen.text.len() + CHANGES_LEN);
        changes.write(&frozen.text, &mut changed);
        Frozen {
            text: changed,
            sample_rate: decided.map_or(frozen.sample_rate, |(rate, _)| Some(rate)),
            ..frozen
        }
    }
}

impl From<Frozen> for Received {
    fn from(frozen: Frozen) -> Self {
        Self {
            frozen,
            missing: Missing::Nothing,
        }
    }
}

/// A context that nobody has asked for: the one line of a trace that is continued, kept as it came.
///
/// Most requests are not sampled, and many of those call no other service.
pub(crate) struct Unread {
    line: Vec<u8>,
    /// What the sender decided.
    decision: Decision,
    /// What was decided here.
    decided: Option<(f64, bool)>,
    /// Empty where the line turned out to have no context for this trace (rule R3).
    text: OnceLock<Vec<u8>>,
}

impl Unread {
    pub(crate) const fn new(
        line: Vec<u8>,
        decision: Decision,
        decided: Option<(f64, bool)>,
    ) -> Self {
        Self {
            line,
            decision,
            decided,
            text: OnceLock::new(),
        }
    }

    /// The text of the context; `None` when it is empty.
    pub(crate) fn text(&self, trace_id: TraceId) -> Option<&[u8]> {
        let text = self.text.get_or_init(|| self.read(trace_id));
        Some(&**text).filter(|text| !text.is_empty())
    }

    fn read(&self, trace_id: TraceId) -> Vec<u8> {
        let line = [self.line.as_slice()];
        // Whose trace it is was asked before.
        match continuation::context_as_text(line, trace_id, &Policy::default()) {
            Ok(IncomingDsc::Frozen(members)) => {
                let received = Received::new(members, trace_id, self.decision, false);
                received.freeze(self.decided).text
            }
            _ => Vec::new(),
        }
    }
}
