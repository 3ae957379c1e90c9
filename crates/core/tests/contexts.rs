//! A context that is written can be read, and gives what went in (rules R3, R5, R7 and R8).
#![cfg(feature = "alloc")]

mod support;

use proptest::prelude::*;
use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::continuation::received_rate;
use sentry_trace_core::dsc::{Changes, Head};
use sentry_trace_core::sample_rand::SampleRand;

use support::{any_lines, borrowed, decision, trace_id};

/// Short enough that all members together stay below the limit of reading.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(any::<char>(), 0..60).prop_map(String::from_iter),
        "[ -~]{0,60}",
    ]
}

/// Rates that somebody could mean: their decimal form is not longer than what a reader takes for a number.
fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(0.0),
        Just(1.0),
        1e-40..1.0,
        (0..=1_000_000_u32).prop_map(|m| f64::from(m) / 1e6)
    ]
}

fn sample_rand() -> impl Strategy<Value = SampleRand> {
    (0..1_000_000_u32).prop_filter_map("below a million", SampleRand::from_millionths)
}

fn pairs(members: &SentryMembers<'_>) -> Vec<(String, String)> {
    let pairs = members
        .iter()
        .map(|member| (member.name().to_owned(), member.value().into_owned()));
    pairs.collect()
}

fn is_encoded(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"!'()*~-_.%".contains(&byte))
}

proptest! {
    #[test]
    fn a_value_is_the_same_after_encoding_and_decoding(value in text(), trace_id in trace_id()) {
        let head = Head { environment: &value, ..Head::new(trace_id, SampleRand::of(trace_id)) };
        let mut written = Vec::new();
        head.write(&mut written);
        let members = SentryMembers::parse([written.as_slice()]);
        match members.get("environment") {
            None => prop_assert!(value.is_empty()),
            Some(member) => {
                prop_assert!(member.is(&value));
                prop_assert_eq!(member.value(), value.as_str());
                prop_assert!(is_encoded(member.raw_value()));
            }
        }
    }

    #[test]
    fn a_head_is_read_as_it_was_written(
        texts in [text(), text(), text(), text(), text()],
        trace_id in trace_id(),
        sample_rate in proptest::option::of(rate()),
        decision in decision(),
        sample_rand in sample_rand(),
    ) {
        let [public_key, org_id, environment, release, transaction] = texts.each_ref().map(String::as_str);
        let head = Head {
            public_key: Some(public_key),
            sample_rate,
            decision,
            org_id: Some(org_id),
            environment,
            release: Some(release),
            transaction: Some(transaction),
            ..Head::new(trace_id, sample_rand)
        };
        let mut written = Vec::new();
        head.write(&mut written);
        let members = SentryMembers::parse([written.as_slice()]);

        let trace_id = trace_id.to_string();
        let rate = sample_rate.map(|rate| rate.to_string()).unwrap_or_default();
        let sample_rand = sample_rand.to_text();
        let without_performance = sample_rate.is_none() && decision.to_option().is_none();
        let mut expected = vec![
            ("trace_id", trace_id.as_str()),
            ("public_key", public_key),
            ("sample_rate", &rate),
            ("sampled", decision.as_member().unwrap_or_default()),
            ("sample_rand", &sample_rand),
            ("org_id", org_id),
            ("environment", environment),
            ("release", release),
            ("transaction", if without_performance { "" } else { transaction }),
        ];
        expected.retain(|(_, value)| !value.is_empty());
        let read = pairs(&members);
        prop_assert!(read.iter().map(|(n, v)| (n.as_str(), v.as_str())).eq(expected));
        prop_assert_eq!(received_rate(members.get("sample_rate")), sample_rate);
        prop_assert!(!rate.contains('e'));
    }

    #[test]
    fn changes_touch_what_they_name_and_nothing_else(
        lines in any_lines(),
        sample_rand in proptest::option::of(sample_rand()),
        decided in proptest::option::of((rate(), any::<bool>())),
        numbers in any::<[bool; 3]>(),
    ) {
        let mut lines = lines;
        for (name, is_there) in ["sample_rand=2", "sample_rate=0.5", "sampled=maybe"].into_iter().zip(numbers) {
            if is_there {
                lines.insert(0, format!("sentry-{name}").into_bytes());
            }
        }
        let received = SentryMembers::parse(borrowed(&lines));
        let (mut text, mut written) = (Vec::new(), Vec::new());
        received.write(&mut text);
        Changes { sample_rand, decided }.write(&text, &mut written);

        let mut expected: Vec<(String, String)> = received
            .iter()
            .map(|member| (member.name().to_owned(), member.raw_value().to_owned()))
            .collect();
        let changes = [
            ("sample_rand", sample_rand.map(|rand| rand.to_text().to_string())),
            ("sample_rate", decided.map(|(rate, _)| rate.to_string())),
            ("sampled", decided.map(|(_, sampled)| sampled.to_string())),
        ];
        for (name, value) in changes {
            let Some(value) = value else { continue };
            match expected.iter_mut().find(|(known, _)| known == name) {
                Some((_, known)) => *known = value,
                None => expected.push((name.to_owned(), value)),
            }
        }
        let members: Vec<_> = expected.iter().map(|(name, value)| format!("sentry-{name}={value}")).collect();
        prop_assert_eq!(String::from_utf8_lossy(&written), members.join(","));

        let has_none = ["sample_rand", "sample_rate", "sampled"].iter().all(|name| received.get(name).is_none());
        if has_none && !received.is_empty() {
            Changes { sample_rand, decided }.append(&mut text);
            prop_assert_eq!(text, written);
        }
    }

    #[test]
    fn a_frozen_context_is_read_as_it_was_received(lines in any_lines()) {
        let received = SentryMembers::parse(borrowed(&lines));
        let (mut text, mut written) = (Vec::new(), Vec::new());
        received.write(&mut text);
        Changes::default().write(&text, &mut written);
        prop_assert_eq!(&written, &text);
        let again = SentryMembers::parse([written.as_slice()]);
        prop_assert!(again.iter().eq(received.iter()));
    }
}

#[test]
fn the_least_rates_are_written_whole_and_read_again() {
    for rate in [
        f64::from_bits(1),
        f64::MIN_POSITIVE,
        2.225_073_858_507_201e-308,
        1e-64,
        0.3,
    ] {
        let changes = Changes {
            sample_rand: None,
            decided: Some((rate, true)),
        };
        let mut text = Vec::new();
        changes.write(b"", &mut text);
        let members = SentryMembers::parse([text.as_slice()]);
        assert_eq!(
            received_rate(members.get("sample_rate")),
            Some(rate),
            "{rate}"
        );
    }
}
