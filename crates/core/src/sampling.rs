//! The decision whether a trace is recorded (rule R5, and R6 where no sampling is configured).
//!
//! ```
//! use sentry_trace_core::decision::Decision;
//! use sentry_trace_core::sampling::{Sampler, Sampling};
//!
//! let sampling = Sampling { rate: Some(0.25), ..Sampling::default() };
//! let outcome = sampling.decide(Decision::Deferred, 0.1);
//! assert_eq!(outcome.decision, Decision::Sampled);
//! assert_eq!(outcome.decided_rate, Some(0.25));
//!
//! // The parent's decision wins over the rate and is passed on as it is.
//! let outcome = sampling.decide(Decision::NotSampled, 0.1);
//! assert_eq!(outcome.decision, Decision::NotSampled);
//! assert_eq!(outcome.decided_rate, None);
//!
//! // Tracing without performance: a trace, and nothing recorded.
//! let outcome = Sampling { sampler: Sampler::Absent, ..Sampling::default() }.decide(Decision::Sampled, 0.1);
//! assert_eq!((outcome.decision, outcome.record), (Decision::Sampled, false));
//! ```

use crate::decision::Decision;

/// What decides, apart from the parent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sampling {
    /// A decision given where the span is started; counts as rate 1 or 0. Ignored where no sampling is configured.
    pub explicit: Option<bool>,
    /// What the sampler said.
    pub sampler: Sampler,
    /// `traces_sample_rate`, in [0, 1].
    pub rate: Option<f64>,
}

/// What came of asking `traces_sampler`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Sampler {
    /// There is no sampler.
    #[default]
    Absent,
    /// The rate that it returned; outside [0, 1] it counts as 0.
    Rate(f64),
    /// It panicked, which counts as if there were none.
    Panicked,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The decision that is propagated.
    pub decision: Decision,
    /// The rate of a decision that was made here, to be written into the DSC; `None` for an inherited or a missing one.
    pub decided_rate: Option<f64>,
    /// Whether spans are recorded.
    pub record: bool,
    /// Whether the sampler returned something outside [0, 1].
    pub invalid_rate: bool,
}

impl Sampling {
    /// Whether there is anything that may decide (otherwise rule R6 holds).
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        matches!(self.sampler, Sampler::Rate(_)) || self.rate.is_some()
    }

    /// Decides: explicit, then sampler, then parent, then rate; sampled means `sample_rand < rate`.
    #[must_use]
    pub fn decide(&self, parent: Decision, sample_rand: f64) -> Outcome {
        let was_configured = self.is_configured() || self.sampler == Sampler::Panicked;
        if let (Some(sampled), true) = (self.explicit, was_configured) {
            return Outcome::decided(if sampled { 1.0 } else { 0.0 }, sample_rand);
        }
        if let Sampler::Rate(rate) = self.sampler {
            let valid = (0.0..=1.0).contains(&rate);
            return Outcome {
                invalid_rate: !valid,
                // Adding zero makes a zero of a negative zero.
                ..Outcome::decided(if valid { rate + 0.0 } else { 0.0 }, sample_rand)
            };
        }
        match (parent, self.rate) {
            (Decision::Deferred, Some(rate)) => Outcome::decided(rate, sample_rand),
            (inherited, rate) => Outcome {
                decision: inherited,
                decided_rate: None,
                record: inherited.is_sampled() && rate.is_some(),
                invalid_rate: false,
            },
        }
    }
}

impl Outcome {
    fn decided(rate: f64, sample_rand: f64) -> Self {
        let sampled = sample_rand < rate;
        Self {
            decision: Decision::from(sampled),
            decided_rate: Some(rate),
            record: sampled,
            invalid_rate: false,
        }
    }
}
