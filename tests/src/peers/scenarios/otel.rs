//! Plain OpenTelemetry: `traceparent` in both directions, and its W3C baggage (rule R8).

use super::common::{OTHER_RUST, transactions};
use crate::peers::case::Case;
use crate::peers::chain::{Chain, Ran};
use crate::peers::evidence::Evidence;
use crate::peers::hop::{Hop, Kind, RUST};
use crate::suites::check::{Check, equal, holds, some};

const SCENARIO: &str = "traceparent";
const OTEL: Kind = Kind::Otel;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for rust in [
        RUST,
        OTHER_RUST,
        Kind::Rust("tower", "hyper"),
        Kind::Rust("hyper", "ureq"),
    ] {
        let with = || rust.hop().set("PEER_TRACEPARENT", "1");
        let otel = OTEL.hop();
        cases.extend([
            new("as head", [with(), otel.clone()].into(), &[1, 0], true),
            new(
                "as head, rate 0",
                [with().rate("0"), otel.clone()].into(),
                &[0, 0],
                true,
            ),
            new("as tail", [otel.clone(), with()].into(), &[0, 1], true),
            new(
                "as tail, rate 0",
                [otel.clone().rate("0"), with()].into(),
                &[0, 0],
                true,
            ),
            new(
                "in the middle",
                [otel.clone(), with(), otel.clone()].into(),
                &[0, 1, 0],
                true,
            ),
            new(
                "on both sides",
                [with(), otel.clone(), with()].into(),
                &[1, 0, 1],
                true,
            ),
            new(
                "on both sides, rate 0",
                [with().rate("0"), otel.clone(), with()].into(),
                &[0, 0, 0],
                true,
            ),
            new(
                "not switched on",
                [otel.clone(), rust.hop()].into(),
                &[0, 1],
                false,
            ),
            keeps_dsc(with(), otel),
        ]);
    }
    cases
}

fn new(what: &str, hops: Vec<Hop>, sent: &'static [usize], continues: bool) -> Case {
    Case::new(SCENARIO, what, Chain::of(hops), move |ran, evidence| {
        for index in 1..ran.seen.len() {
            linked(ran, evidence, index, continues)?;
        }
        transactions(ran, evidence, sent)
    })
}

/// The DSC of a Rust head crosses OpenTelemetry as baggage, and with it everything that must be the same in both.
fn keeps_dsc(rust: Hop, otel: Hop) -> Case {
    let chain = Chain::of([rust.clone(), otel, rust]);
    Case::new(SCENARIO, "carries the DSC", chain, |ran, evidence| {
        let (before, after) = (ran.seen[1].decoded(), ran.seen[2].decoded());
        holds(
            "the head sends a DSC",
            before.contains_key("sample_rand"),
            &before,
        )?;
        equal("the DSC", &after, &before)?;
        let trace_id = some("a trace", ran.seen[0].active.trace_id.as_ref())?;
        for key in [&ran.keys[0], &ran.keys[2]] {
            for header in evidence.of(key, trace_id).headers {
                equal("the trace header", header.as_ref(), Some(&before))?;
            }
        }
        Ok(())
    })
}

/// The `traceparent` names the caller's trace, its client span and its decision.
fn linked(ran: &Ran, evidence: &Evidence, index: usize, continues: bool) -> Check {
    let (caller, callee) = (&ran.seen[index - 1], &ran.seen[index]);
    let header = some("traceparent arrives", callee.incoming.get("traceparent"))?;
    let parts: Vec<_> = header.split('-').collect();
    equal("its parts", parts.len(), 4)?;
    let at = |what: &str| format!("hop {index}: {what}");
    equal(
        &at("the caller's trace"),
        Some(parts[1]),
        caller.active.trace_id.as_deref(),
    )?;
    let own = callee.active.trace_id.as_deref();
    equal(&at("the trace goes on"), own == Some(parts[1]), continues)?;
    if !continues {
        return Ok(());
    }
    equal(
        &at("the parent"),
        callee.active.parent_span_id.as_deref(),
        Some(parts[2]),
    )?;
    let sent = evidence.of(&ran.keys[index - 1], parts[1]);
    if !sent.segments.is_empty() {
        holds(
            &at("the client span was sent"),
            sent.spans.contains(parts[2]),
            sent.spans,
        )?;
        equal(&at("the decision"), parts[3], "01")?;
    }
    Ok(())
}
