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

mod writer;

use crate::baggage::SENTRY_PREFIX;
use crate::buffer::Buffer;
use crate::decision::Decision;
use crate::id::TraceId;
use crate::sample_rand::SampleRand;
use writer::Writer;

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
        let mut members = Writer::new(out);
        members.plain("trace_id", &self.trace_id.to_hex());
        members.encoded("public_key", self.public_key);
        let rate = self.sample_rate.map(Member::SampleRate);
        let sampled = self.decision.to_option().map(Member::Sampled);
        let sample_rand = Some(Member::SampleRand(self.sample_rand));
        for member in [rate, sampled, sample_rand].into_iter().flatten() {
            member.write(&mut members);
        }
        members.encoded("org_id", self.org_id);
        members.encoded("environment", Some(self.environment));
        members.encoded("release", self.release);
        members.encoded("transaction", transaction);
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

    /// Writes the text of a received context with these changes: a changed member keeps its place, a new one comes last.
    pub fn write(&self, received: &[u8], out: &mut impl Buffer) {
        let mut changed = self.members();
        let mut members = Writer::new(out);
        let pieces = received.split(|&byte| byte == b',');
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            let mut changes = changed.iter_mut();
            let change = changes.find(|change| change.is_some_and(|member| member.names(piece)));
            match change.and_then(Option::take) {
                Some(member) => member.write(&mut members),
                None => members.whole(piece),
            }
        }
        for member in changed.into_iter().flatten() {
            member.write(&mut members);
        }
    }

    /// Writes these changes behind the text of a received context, which has members, but none of these: a comma comes
    /// first, and nothing is replaced.
    pub fn append(&self, received: &mut impl Buffer) {
        let mut members = Writer::behind(received);
        for member in self.members().into_iter().flatten() {
            member.write(&mut members);
        }
    }

    fn members(&self) -> [Option<Member>; 3] {
        let (rate, sampled) = self.decided.unzip();
        [
            self.sample_rand.map(Member::SampleRand),
            rate.map(Member::SampleRate),
            sampled.map(Member::Sampled),
        ]
    }
}

/// A member that comes of a decision.
#[derive(Clone, Copy)]
enum Member {
    SampleRand(SampleRand),
    SampleRate(f64),
    Sampled(bool),
}

impl Member {
    const fn name(self) -> &'static str {
        match self {
            Self::SampleRand(_) => "sample_rand",
            Self::SampleRate(_) => "sample_rate",
            Self::Sampled(_) => "sampled",
        }
    }

    /// Whether this piece of a context's text has the same name.
    fn names(self, piece: &[u8]) -> bool {
        let name = piece.strip_prefix(SENTRY_PREFIX.as_bytes());
        let rest = name.and_then(|name| name.strip_prefix(self.name().as_bytes()));
        rest.is_some_and(|rest| rest.starts_with(b"="))
    }

    fn write(self, members: &mut Writer<'_, impl Buffer>) {
        match self {
            Self::SampleRand(rand) => members.plain(self.name(), rand.to_text().as_bytes()),
            Self::SampleRate(rate) => members.number(self.name(), rate),
            Self::Sampled(sampled) => {
                let sampled = Decision::from(sampled).as_member().unwrap_or_default();
                members.plain(self.name(), sampled.as_bytes());
            }
        }
    }
}
