//! The dynamic sampling context, outgoing: what the head of a trace freezes, and what may still change in a
//! frozen one (rules R3, R6 and R7; Dynamic Sampling Context 1.3.0).
//!
//! A frozen context is the text of its members, `sentry-a=1,sentry-b=2`, percent-encoded. That text goes out as
//! baggage and, decoded, into the envelope.
//!
#![cfg_attr(feature = "alloc", doc = "```")]
#![cfg_attr(not(feature = "alloc"), doc = "```ignore")]
//! use sentry_trace_core::decision::Decision;
//! use sentry_trace_core::dsc::Head;
//! use sentry_trace_core::id::TraceId;
//! use sentry_trace_core::sample_rand::SampleRand;
//!
//! let trace_id = TraceId::parse(b"771a43a4192642f0b136d5159a501700")?;
//! let head = Head {
//!     public_key: Some("key"),
//!     environment: "production",
//!     sample_rate: Some(0.5),
//!     decision: Decision::Sampled,
//!     transaction: Some("GET /users/{id}"),
//!     ..Head::new(trace_id, SampleRand::from_millionths(250_000).expect("below a million"))
//! };
//! let mut baggage = Vec::new();
//! head.write(&mut baggage);
//! assert_eq!(
//!     String::from_utf8_lossy(&baggage),
//!     "sentry-trace_id=771a43a4192642f0b136d5159a501700,sentry-public_key=key,sentry-sample_rate=0.5,\
//!      sentry-sampled=true,sentry-sample_rand=0.250000,sentry-environment=production,\
//!      sentry-transaction=GET%20%2Fusers%2F%7Bid%7D",
//! );
//! # Ok::<(), sentry_trace_core::id::InvalidId>(())
//! ```

use core::fmt::Write;

use crate::baggage::SentryMembers;
use crate::buffer::Buffer;
use crate::decision::Decision;
use crate::hex;
use crate::id::TraceId;
use crate::member::MemberWriter;
use crate::number::MAX_TEXT;
use crate::sample_rand::SampleRand;
use crate::text::FixedText;

/// The name of the member that carries [`SampleRand`].
const SAMPLE_RAND: &str = "sample_rand";
const SAMPLE_RATE: &str = "sample_rate";
const SAMPLED: &str = "sampled";

/// What the head of a trace puts into the context. Empty values are left out.
#[doc(alias = "DynamicSamplingContext")]
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// The trace.
    pub trace_id: TraceId,
    /// The public key of the DSN.
    pub public_key: Option<&'a str>,
    /// The rate of the decision, in [0, 1]; absent without performance (rule R6).
    pub sample_rate: Option<f64>,
    /// The decision; deferred without performance (rule R6).
    pub decision: Decision,
    /// The number that the decision compared.
    pub sample_rand: SampleRand,
    /// The organisation (rule R4).
    pub org_id: Option<&'a str>,
    /// The environment, by default `production`.
    pub environment: &'a str,
    /// The release.
    pub release: Option<&'a str>,
    /// The transaction's name, to be left out when its source is `url`, and left out here without performance.
    pub transaction: Option<&'a str>,
}

impl<'a> Head<'a> {
    /// A context of a trace without performance, in the default environment.
    #[must_use]
    pub const fn new(trace_id: TraceId, sample_rand: SampleRand) -> Self {
        Self {
            trace_id,
            public_key: None,
            sample_rate: None,
            decision: Decision::Deferred,
            sample_rand,
            org_id: None,
            environment: DEFAULT_ENVIRONMENT,
            release: None,
            transaction: None,
        }
    }

    /// Writes the members in the order of rule R7, so that a size limit leaves out first what is needed least.
    pub fn write(&self, out: &mut impl Buffer) {
        let transaction = match (self.decision, self.sample_rate) {
            (Decision::Deferred, None) => None,
            _ => self.transaction,
        };
        let mut members = MemberWriter::unlimited(out);
        members.decoded("trace_id", hex::as_str(&self.trace_id.to_hex()));
        members.optional("public_key", self.public_key);
        members.optional(SAMPLE_RATE, self.sample_rate.map(rate_text).as_deref());
        members.optional(SAMPLED, self.decision.as_member());
        members.decoded(SAMPLE_RAND, &self.sample_rand.to_text());
        members.optional("org_id", self.org_id);
        members.decoded("environment", self.environment);
        members.optional("release", self.release);
        members.optional("transaction", transaction);
    }
}

/// What `environment` is when nobody set it.
pub const DEFAULT_ENVIRONMENT: &str = "production";

/// What a service may still write into a context that it received (rule R3).
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes {
    /// Written where the received member is missing or unusable (rule R5).
    pub sample_rand: Option<SampleRand>,
    /// The rate and the outcome of a decision that was made here.
    pub decided: Option<(f64, bool)>,
}

impl Changes {
    /// Whether the members stay as they were received.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sample_rand.is_none() && self.decided.is_none()
    }

    /// Writes the received members with these changes: a changed member keeps its place, a new one comes last.
    pub fn write(&self, received: &SentryMembers<'_>, out: &mut impl Buffer) {
        let sample_rand = self.sample_rand.map(SampleRand::to_text);
        let rate = self.decided.map(|(rate, _)| rate_text(rate));
        let sampled = self
            .decided
            .and_then(|(_, sampled)| Decision::from(sampled).as_member());
        let mut changes = [
            (SAMPLE_RAND, sample_rand.as_deref()),
            (SAMPLE_RATE, rate.as_deref()),
            (SAMPLED, sampled),
        ];
        let mut members = MemberWriter::unlimited(out);
        for member in received.iter() {
            let change = changes.iter_mut().find(|(name, _)| *name == member.name());
            match change.and_then(|(_, value)| value.take()) {
                Some(value) => members.decoded(member.name(), value),
                None => members.raw(member.name(), member.raw_value()),
            }
        }
        for (name, value) in changes {
            members.optional(name, value);
        }
    }
}

/// The shortest decimal form that reads back as the same number, without an exponent.
fn rate_text(rate: f64) -> FixedText<MAX_TEXT> {
    let mut text = FixedText::new();
    let written = write!(text, "{rate}");
    debug_assert!(written.is_ok());
    text
}
