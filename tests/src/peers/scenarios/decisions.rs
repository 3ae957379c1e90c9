//! Decisions: of a caller, of a rate, of nobody.

use super::common::{
    OTHER_RUST, PARENT, SDKS, flags, linked, own_trace_id, same_dsc, transactions,
};
use crate::peers::case::Case;
use crate::peers::chain::{Chain, Ran};
use crate::peers::hop::{Hop, Kind, RUST};
use crate::suites::check::{Check, equal};

const SCENARIO: &str = "decisions";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for peer in SDKS {
        for kinds in [[RUST, peer, OTHER_RUST], [peer, RUST, peer]] {
            cases.extend(of(kinds));
        }
    }
    cases.extend(of([RUST, OTHER_RUST, RUST]));
    cases
}

fn of(kinds: [Kind; 3]) -> Vec<Case> {
    let sampled = || Chain::of(kinds.map(Kind::hop));
    vec![
        incoming(sampled(), kinds, Some("1"), [1, 1, 1]),
        incoming(sampled(), kinds, Some("0"), [0, 0, 0]),
        deferred_caller(kinds),
        rate_0(kinds),
        head_without_sampling(kinds),
        middle_without_sampling(kinds, "1", [1, 0, 1]),
        middle_without_sampling(kinds, "0", [0, 0, 0]),
        no_sampling_at_all(kinds),
    ]
}

fn baggage(trace_id: &str, more: &str) -> String {
    format!(
        "sentry-trace_id={trace_id},sentry-sample_rand=0.1234567890123,sentry-release=head%401{more}"
    )
}

/// The decision of a caller holds for all, and its DSC reaches all.
fn incoming(chain: Chain, kinds: [Kind; 3], flag: Option<&'static str>, sent: [usize; 3]) -> Case {
    let flag = flag.unwrap_or_default();
    let sampled = flag == "1";
    let members = format!(",sentry-sample_rate=0.5,sentry-sampled={sampled},sentry-unknown=kept");
    let trace_id = own_trace_id();
    let chain = chain
        .incoming("sentry-trace", format!("{trace_id}-{PARENT}-{flag}"))
        .incoming("baggage", baggage(&trace_id, &members));
    Case::new(
        SCENARIO,
        &format!("caller says {flag}"),
        chain,
        move |ran, evidence| {
            linked(ran)?;
            flags(ran, &[Some(flag), Some(flag)])?;
            same_dsc(ran, &kinds)?;
            equal(
                "the DSC that the second receives",
                ran.seen[1].decoded(),
                ran.seen[0].decoded(),
            )?;
            transactions(ran, evidence, &sent)
        },
    )
}

/// A caller that has not decided: the head does, and a Rust head says so in the DSC (rule R3).
fn deferred_caller(kinds: [Kind; 3]) -> Case {
    let trace_id = own_trace_id();
    let chain = Chain::of(kinds.map(Kind::hop))
        .incoming("sentry-trace", format!("{trace_id}-{PARENT}"))
        .incoming("baggage", baggage(&trace_id, ""));
    Case::new(SCENARIO, "caller defers", chain, move |ran, evidence| {
        linked(ran)?;
        flags(ran, &[Some("1"), Some("1")])?;
        if kinds[0].is_rust() {
            decided(ran, 1, "true")?;
        }
        transactions(ran, evidence, &[1, 1, 1])
    })
}

/// Rate 0 is a decision: nobody records.
fn rate_0(kinds: [Kind; 3]) -> Case {
    let [head, middle, tail] = kinds.map(Kind::hop);
    let chain = Chain::of([head.rate("0"), middle, tail]);
    Case::new(SCENARIO, "rate 0", chain, move |ran, evidence| {
        linked(ran)?;
        flags(ran, &[Some("0"), Some("0")])?;
        same_dsc(ran, &kinds)?;
        decided(ran, 1, "false")?;
        transactions(ran, evidence, &[0, 0, 0])
    })
}

/// The head passes the decision on to the next, which has a rate.
fn head_without_sampling(kinds: [Kind; 3]) -> Case {
    let [_, middle, tail] = kinds.map(Kind::hop);
    let chain = Chain::of([kinds[0].unsampled_hop(), middle, tail]);
    Case::new(
        SCENARIO,
        "head without sampling",
        chain,
        move |ran, evidence| {
            linked(ran)?;
            flags(ran, &[None, Some("1")])?;
            undecided(ran)?;
            if kinds[1].is_rust() {
                decided(ran, 2, "true")?;
            }
            transactions(ran, evidence, &[0, 1, 1])
        },
    )
}

/// A service without sampling changes nothing and records nothing (rule R6).
fn middle_without_sampling(kinds: [Kind; 3], rate: &'static str, sent: [usize; 3]) -> Case {
    let [head, _, tail] = kinds.map(Kind::hop);
    let middle: Hop = kinds[1].unsampled_hop();
    let chain = Chain::of([head.rate(rate), middle, tail]);
    let what = format!("head with rate {rate}, middle without sampling");
    Case::new(SCENARIO, &what, chain, move |ran, evidence| {
        linked(ran)?;
        flags(ran, &[Some(rate), Some(rate)])?;
        same_dsc(ran, &kinds)?;
        transactions(ran, evidence, &sent)
    })
}

fn no_sampling_at_all(kinds: [Kind; 3]) -> Case {
    let chain = Chain::of(kinds.map(Kind::unsampled_hop));
    Case::new(
        SCENARIO,
        "nobody has sampling",
        chain,
        move |ran, evidence| {
            linked(ran)?;
            flags(ran, &[None, None])?;
            same_dsc(ran, &kinds)?;
            undecided(ran)?;
            transactions(ran, evidence, &[0, 0, 0])
        },
    )
}

fn decided(ran: &Ran, index: usize, sampled: &str) -> Check {
    let members = ran.seen[index].decoded();
    let rate = if sampled == "true" { 1.0 } else { 0.0 };
    let written = members
        .get("sample_rate")
        .and_then(|rate| rate.parse().ok());
    equal("sample_rate", written, Some(rate))?;
    equal(
        "sampled",
        members.get("sampled").map(String::as_str),
        Some(sampled),
    )
}

fn undecided(ran: &Ran) -> Check {
    let members = ran.seen[1].decoded();
    let decided = ["sampled", "sample_rate", "transaction"];
    let found: Vec<_> = decided
        .into_iter()
        .filter(|name| members.contains_key(*name))
        .collect();
    equal("members of a decision", found, [""; 0])?;
    equal(
        "the head's trace",
        members.get("trace_id"),
        ran.seen[0].active.trace_id.as_ref(),
    )
}
