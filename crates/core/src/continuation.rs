//! Whether a request continues the trace that it names, and with which context (rules R3, R4 and R8).
//!
//! ```
//! use sentry_trace_core::continuation::{Incoming, IncomingDsc, Policy, continue_trace};
//!
//! let incoming = Incoming {
//!     sentry_trace: [&b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1"[..]],
//!     baggage: [&b"sentry-release=1.0,vendor=x"[..]],
//!     traceparent: [],
//! };
//! let continued = continue_trace(incoming, &Policy::default()).expect("the header is valid");
//! let IncomingDsc::Frozen(members) = continued.dsc else { panic!("it came with a member") };
//! assert!(members.get("release").expect("as received").is("1.0"));
//! ```

use core::fmt;

#[cfg(feature = "alloc")]
use crate::baggage::MemberText;
use crate::baggage::{self, Collect, MAX_UNREAD_BYTES, Member, Mention, SentryMembers};
use crate::decision::Decision;
use crate::hex;
use crate::id::{SpanId, TraceId};
use crate::sentry_trace::{InvalidSentryTrace, SentryTrace};
use crate::traceparent::{self, InvalidTraceparent};

/// The values of the headers of a request: each an iterator over lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Incoming<S, B, P> {
    /// All lines of `sentry-trace`.
    pub sentry_trace: S,
    /// All lines of `baggage`, in order.
    pub baggage: B,
    /// All lines of `traceparent`.
    pub traceparent: P,
}

/// At most one line of each header, as messages and processes carry them (rule R12).
pub type SingleLines<'a> = Incoming<Option<&'a [u8]>, Option<&'a [u8]>, Option<&'a [u8]>>;

/// What decides whose traces are continued.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy<'a> {
    /// The own organisation, if it is known and not empty (rule R4).
    pub org_id: Option<&'a str>,
    /// Refuse a trace also when only one side names its organisation (rule R4).
    pub strict_trace_continuation: bool,
    /// Read `traceparent` where there is no `sentry-trace` (rule R8).
    pub continue_traceparent: bool,
}

/// A trace that came in and is continued; its context is [`SentryMembers`] or [`MemberText`].
#[derive(Clone, Debug)]
pub struct Continued<M> {
    /// The trace.
    pub trace_id: TraceId,
    /// The span of the sender, if it named one.
    pub parent_span_id: Option<SpanId>,
    /// The decision of the sender.
    pub parent_decision: Decision,
    /// The context, which is frozen in any case.
    pub dsc: IncomingDsc<M>,
}

/// The frozen context of a continued trace.
#[derive(Clone, Debug)]
pub enum IncomingDsc<M> {
    /// The sender sent none: nothing is invented, and no baggage goes out.
    Empty,
    /// Exactly these members.
    Frozen(M),
}

/// Why a request is the head of a new trace. Only the first of these is the usual case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotContinued {
    /// No header names a trace.
    NoTrace,
    /// None of the values of `sentry-trace` can be read (rule R1); this is what is wrong with the first.
    SentryTrace(InvalidSentryTrace),
    /// `traceparent` would count and cannot be read (rule R8).
    Traceparent(InvalidTraceparent),
    /// `traceparent` would count, and there is more than one line (rule R8).
    SeveralTraceparents,
    /// The trace is of another organisation, or strictly of none (rule R4).
    Organization,
}

impl Policy<'_> {
    /// Whether a trace of that organisation is continued (rule R4). An empty text counts as absent.
    #[must_use]
    pub fn allows(&self, incoming_org_id: Option<Member<'_>>) -> bool {
        match (self.org_id.filter(|own| !own.is_empty()), incoming_org_id) {
            (Some(own), Some(incoming)) => incoming.is(own),
            (None, None) => true,
            _ => !self.strict_trace_continuation,
        }
    }

    /// Whether a trace with this one line of baggage is continued, by a look at the line that costs less than reading its
    /// members. `false` says nothing: the members tell. So it is for all lines of more than 704 bytes, for which the limits of
    /// rule R2 may matter.
    #[must_use]
    pub fn allows_unread(&self, line: &[u8]) -> bool {
        if line.len() > MAX_UNREAD_BYTES {
            return false;
        }
        let own = self.org_id.filter(|own| !own.is_empty());
        if own.is_none() && !self.strict_trace_continuation {
            return true;
        }
        match baggage::mention_of(own.unwrap_or_default(), line) {
            Mention::None => own.is_none() || !self.strict_trace_continuation,
            // Where there is no own one, the member has no value and is dropped.
            Mention::Own => true,
            Mention::Unclear => false,
        }
    }
}

/// Reads the headers of a request.
///
/// # Errors
/// None that a request could fail by: the reason why it is the head of a new trace.
pub fn continue_trace<'a, S, B, P>(
    incoming: Incoming<S, B, P>,
    policy: &Policy<'_>,
) -> Result<Continued<SentryMembers<'a>>, NotContinued>
where
    S: IntoIterator<Item = &'a [u8]>,
    B: IntoIterator<Item = &'a [u8]>,
    P: IntoIterator<Item = &'a [u8]>,
{
    let sender = sender(incoming.sentry_trace, incoming.traceparent, policy)?;
    Ok(Continued {
        trace_id: sender.trace_id,
        parent_span_id: sender.span_id,
        parent_decision: sender.decision,
        dsc: context(incoming.baggage, sender.trace_id, policy)?,
    })
}

/// The first half of [`continue_trace`]: what `sentry-trace`, or `traceparent` where it counts, says of the sender.
///
/// # Errors
/// As there.
#[inline]
pub fn sender<'a>(
    sentry_trace: impl IntoIterator<Item = &'a [u8]>,
    traceparent: impl IntoIterator<Item = &'a [u8]>,
    policy: &Policy<'_>,
) -> Result<SentryTrace, NotContinued> {
    let mut sentry_trace = sentry_trace.into_iter().peekable();
    if sentry_trace.peek().is_some() {
        SentryTrace::parse_lines(&mut sentry_trace).map_err(NotContinued::SentryTrace)
    } else if policy.continue_traceparent {
        only_traceparent(traceparent)
    } else {
        Err(NotContinued::NoTrace)
    }
}

/// The second half, as a text for a service that passes the context on.
///
/// # Errors
/// [`NotContinued::Organization`]
#[cfg(feature = "alloc")]
#[inline]
pub fn context_as_text<'a>(
    baggage: impl IntoIterator<Item = &'a [u8]>,
    trace_id: TraceId,
    policy: &Policy<'_>,
) -> Result<IncomingDsc<MemberText<'a>>, NotContinued> {
    context(baggage, trace_id, policy)
}

#[inline]
fn context<'a, M: Collect<'a>>(
    baggage: impl IntoIterator<Item = &'a [u8]>,
    trace_id: TraceId,
    policy: &Policy<'_>,
) -> Result<IncomingDsc<M>, NotContinued> {
    let members = M::collect(baggage);
    if !policy.allows(members.org_id()) {
        return Err(NotContinued::Organization);
    }
    Ok(
        if members.is_empty() || names_another(members.trace_id(), trace_id) {
            IncomingDsc::Empty
        } else {
            IncomingDsc::Frozen(members)
        },
    )
}

/// `traceparent` counts only when there is exactly one line.
fn only_traceparent<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
) -> Result<SentryTrace, NotContinued> {
    let mut lines = lines.into_iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => traceparent::parse(line).map_err(NotContinued::Traceparent),
        (Some(_), Some(_)) => Err(NotContinued::SeveralTraceparents),
        (None, _) => Err(NotContinued::NoTrace),
    }
}

/// Baggage that names another trace belongs to another trace.
fn names_another(named: Option<Member<'_>>, trace_id: TraceId) -> bool {
    let own = trace_id.to_hex();
    named.is_some_and(|named| named.raw_bytes() != own && !named.is(hex::as_str(&own)))
}

/// The rate of the parent's decision: the member `sample_rate`, when it is a number in [0, 1] (rule R5).
#[must_use]
pub fn received_rate(sample_rate: Option<Member<'_>>) -> Option<f64> {
    crate::number::parse(sample_rate?).filter(|rate| (0.0..=1.0).contains(rate))
}

impl fmt::Display for NotContinued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTrace => f.write_str("no header names a trace"),
            Self::SentryTrace(reason) => reason.fmt(f),
            Self::Traceparent(reason) => reason.fmt(f),
            Self::SeveralTraceparents => f.write_str("there is more than one traceparent"),
            Self::Organization => f.write_str(
                "it is of another organisation, or only one side names its organisation and \
                 strict_trace_continuation is on",
            ),
        }
    }
}

impl core::error::Error for NotContinued {}
