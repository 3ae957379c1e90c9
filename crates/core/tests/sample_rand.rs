//! `sample_rand` agrees with the decision wherever it can (rule R5).

mod support;

use proptest::prelude::*;
use sentry_trace_core::decision::Decision;
use sentry_trace_core::sample_rand::SampleRand;
use sentry_trace_core::sampling::{Sampler, Sampling};

use support::{decision, trace_id};

/// Rates anywhere in [0, 1], and those at and next to six decimals.
fn rate() -> impl Strategy<Value = f64> {
    let millionths = prop_oneof![0..=1_000_000_u32, 0..=5_u32, 999_995..=1_000_000_u32];
    let near = (millionths, -2..=2_i64).prop_map(|(millionths, steps)| {
        let rate = f64::from(millionths) / 1e6;
        let bits = rate.to_bits().saturating_add_signed(steps);
        f64::from_bits(bits).clamp(0.0, 1.0)
    });
    prop_oneof![
        0.0..=1.0,
        near,
        Just(f64::MIN_POSITIVE),
        Just(1.0 - f64::EPSILON / 2.0)
    ]
}

fn of_text(rand: SampleRand) -> f64 {
    rand.to_text().parse().expect("six decimals are a number")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn a_created_number_agrees_with_the_decision(trace_id in trace_id(), sampled in any::<bool>(), rate in rate()) {
        let rand = SampleRand::backfill(trace_id, Decision::from(sampled), Some(rate));
        prop_assert_eq!(of_text(rand), rand.value());
        let is_possible = if sampled { 0.0 < rate } else { 0.999_999 >= rate };
        if is_possible {
            prop_assert_eq!(rand.value() < rate, sampled);
        }
    }

    #[test]
    fn a_created_number_is_a_sample_rand_whatever_the_rate(trace_id in trace_id(), decision in decision(), rate in any::<Option<f64>>()) {
        let rand = SampleRand::backfill(trace_id, decision, rate).value();
        prop_assert!((0.0..1.0).contains(&rand), "{rand}");
    }

    #[test]
    fn an_unknown_decision_or_rate_leaves_the_whole_interval(trace_id in trace_id(), decision in decision(), rate in rate()) {
        prop_assert_eq!(SampleRand::backfill(trace_id, decision, None), SampleRand::of(trace_id));
        let deferred = SampleRand::backfill(trace_id, Decision::Deferred, Some(rate));
        prop_assert_eq!(deferred, SampleRand::of(trace_id));
    }

    #[test]
    fn the_text_is_cut_and_never_rounded(value in prop_oneof![0.0..1.0, rate()]) {
        let Some(rand) = SampleRand::new(value) else {
            prop_assert!(value >= 1.0);
            return Ok(());
        };
        let text = rand.to_text();
        prop_assert_eq!(text.len(), "0.123456".len());
        let cut: f64 = text.parse().expect("six decimals are a number");
        prop_assert!(cut <= value && value < cut + 1.000_001e-6);
    }

    #[test]
    fn sampled_means_below_the_rate(rate in rate(), trace_id in trace_id(), by_sampler in any::<bool>()) {
        let rand = SampleRand::of(trace_id).value();
        let sampling = if by_sampler {
            Sampling { sampler: Sampler::Rate(rate), ..Sampling::default() }
        } else {
            Sampling { rate: Some(rate), ..Sampling::default() }
        };
        let outcome = sampling.decide(Decision::Deferred, rand);
        prop_assert_eq!(outcome.decision, Decision::from(rand < rate));
        prop_assert_eq!(outcome.decided_rate, Some(rate));
        prop_assert_eq!(outcome.record, rand < rate);
    }

    #[test]
    fn a_sampler_may_return_any_number(returned in any::<f64>(), trace_id in trace_id(), parent in decision()) {
        let sampling = Sampling { sampler: Sampler::Rate(returned), ..Sampling::default() };
        let outcome = sampling.decide(parent, SampleRand::of(trace_id).value());
        let rate = outcome.decided_rate.expect("the sampler decides");
        prop_assert!((0.0..=1.0).contains(&rate));
        prop_assert_eq!(outcome.invalid_rate, !(0.0..=1.0).contains(&returned));
    }
}
