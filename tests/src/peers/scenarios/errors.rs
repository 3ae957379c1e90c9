//! Error events carry the trace (rule R13).

use super::common::SDKS;
use crate::peers::case::Case;
use crate::peers::chain::Chain;
use crate::peers::hop::{Kind, RUST};
use crate::suites::check::{holds, some};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case([RUST, Kind::Rust("actix", "awc")]),
        case([RUST, Kind::Rust("tower", "hyper")]),
        case([RUST, Kind::Rust("hyper", "ureq")]),
    ];
    for peer in SDKS {
        cases.extend([case([RUST, peer]), case([peer, RUST])]);
    }
    cases
}

fn case(kinds: [Kind; 2]) -> Case {
    let chain = Chain::of(kinds.map(Kind::hop)).tail("/error");
    Case::new("errors", "an error in the tail", chain, |ran, evidence| {
        let answer: serde_json::Value = serde_json::from_str(&ran.body).unwrap_or_default();
        let id = some("an event id", answer["event_id"].as_str())?;
        let trace_id = some("the head's trace", ran.seen[0].active.trace_id.as_ref())?;
        let events = evidence.of(&ran.keys[1], trace_id).events;
        holds("the event is in the trace", events.contains(id), events)
    })
}
