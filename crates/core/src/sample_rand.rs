//! `sample_rand`: the number that a decision compares with the rate (rule R5; Dynamic Sampling Context 1.3.0,
//! "sample_rand").
//!
//! ```
//! use sentry_trace_core::id::TraceId;
//! use sentry_trace_core::sample_rand::SampleRand;
//!
//! let trace_id = TraceId::parse(b"771a43a4192642f0b136d5159a501700")?;
//! // The same id gives the same number in every service.
//! let rand = SampleRand::of(trace_id);
//! assert_eq!(rand, SampleRand::of(trace_id));
//! assert!((0.0..1.0).contains(&rand.value()));
//! assert_eq!(rand.to_text().as_str().len(), "0.123456".len());
//! # Ok::<(), sentry_trace_core::id::InvalidId>(())
//! ```

use core::fmt::Write;

use crate::baggage::Member;
use crate::decision::Decision;
use crate::id::TraceId;
use crate::number::{self, MILLION, of_millionths};
use crate::text::FixedText;

/// A number in [0, 1).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct SampleRand(f64);

/// `0.` and six decimals.
pub type SampleRandText = FixedText<8>;

impl SampleRand {
    /// The number that belongs to a trace id.
    #[must_use]
    pub fn of(trace_id: TraceId) -> Self {
        Self::pick(trace_id, 0..MILLION)
    }

    /// Takes a number in [0, 1); `None` for everything else.
    #[must_use]
    pub fn new(value: f64) -> Option<Self> {
        (0.0..1.0).contains(&value).then_some(Self(value))
    }

    /// Takes millionths below one million; `None` for everything else.
    #[must_use]
    pub fn from_millionths(millionths: u32) -> Option<Self> {
        (millionths < MILLION).then(|| Self(of_millionths(millionths)))
    }

    /// The usable number in the member `sample_rand`, if there is one. Its text in the baggage stays as it is.
    #[must_use]
    pub fn received(sample_rand: Option<Member<'_>>) -> Option<Self> {
        Self::new(number::parse(sample_rand?)?)
    }

    /// Creates the number for a trace that came without one, so that it agrees with the decision that was made:
    /// sampled gives [0, rate), not sampled [rate, 1); where that holds no six-decimal number, or the decision or
    /// the rate is not known, [0, 1).
    #[must_use]
    pub fn backfill(trace_id: TraceId, decision: Decision, rate: Option<f64>) -> Self {
        let interval = match (decision, rate) {
            (Decision::Sampled, Some(rate)) => 0..first_not_below(rate),
            (Decision::NotSampled, Some(rate)) => first_not_below(rate)..MILLION,
            _ => 0..MILLION,
        };
        Self::pick(
            trace_id,
            if interval.is_empty() {
                0..MILLION
            } else {
                interval
            },
        )
    }

    fn pick(trace_id: TraceId, millionths: core::ops::Range<u32>) -> Self {
        let count = u128::from(millionths.end - millionths.start);
        let number = (u128::from(mix(trace_id)) * count) >> 64;
        Self(of_millionths(millionths.start + number as u32))
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0
    }

    /// Exactly six decimals, truncated and never rounded up to 1.
    #[must_use]
    pub fn to_text(self) -> SampleRandText {
        if let Some(millionths) = number::millionths(self.0) {
            return number::six_decimals(millionths);
        }
        let mut digits = FixedText::<8>::new();
        // Rust prints the shortest decimal form without an exponent; what does not fit is cut, not rounded.
        let written = write!(digits, "{}", self.0);
        debug_assert!(written.is_ok());
        let mut text = SampleRandText::new();
        let fraction = digits.as_bytes().get(2..).unwrap_or_default();
        text.push(b"0.");
        text.push(fraction);
        text.push(&b"000000"[fraction.len()..]);
        text
    }
}

/// The least number of millionths that is not below `rate`, at most a million.
fn first_not_below(rate: f64) -> u32 {
    let near = (rate * f64::from(MILLION)) as u32;
    let mut millionths = near.saturating_sub(1).min(MILLION);
    while millionths < MILLION && of_millionths(millionths) < rate {
        millionths += 1;
    }
    millionths
}

/// The `SplitMix64` finaliser of the id's two halves.
fn mix(trace_id: TraceId) -> u64 {
    let (upper, lower) = trace_id.halves();
    let mut z = upper ^ lower;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_exact_in_six_decimals() {
        assert_eq!(first_not_below(0.0), 0);
        assert_eq!(first_not_below(1.0), MILLION);
        assert_eq!(first_not_below(0.3), 300_000);
        assert_eq!(first_not_below(0.1234567), 123_457);
        assert_eq!(first_not_below(1e-9), 1);
        assert_eq!(first_not_below(f64::INFINITY), MILLION);
        for millionths in (0..MILLION).step_by(7) {
            assert_eq!(first_not_below(of_millionths(millionths)), millionths);
        }
    }

    #[test]
    fn text_is_truncated() {
        let text = |value| SampleRand::new(value).expect("in range").to_text();
        assert_eq!(text(0.0).as_str(), "0.000000");
        assert_eq!(text(0.5).as_str(), "0.500000");
        assert_eq!(text(0.999_999_999_9).as_str(), "0.999999");
        assert_eq!(text(1e-300).as_str(), "0.000000");
        assert_eq!(SampleRand::new(1.0), None);
        assert_eq!(SampleRand::new(-0.1), None);
        assert_eq!(SampleRand::new(f64::NAN), None);
    }
}
