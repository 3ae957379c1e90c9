//! Strict continuation: every combination of organisations, on both sides (rule R4).

use super::common::{OTHER_RUST, SDKS, linked, recorded, sent};
use crate::peers::case::Case;
use crate::peers::chain::{Chain, Ran};
use crate::peers::evidence::Evidence;
use crate::peers::hop::{Hop, Kind, RUST};
use crate::suites::check::{Check, equal, some};

pub(super) fn cases() -> Vec<Case> {
    let mut sides = vec![[RUST, OTHER_RUST]];
    for peer in SDKS {
        sides.extend([[RUST, peer], [peer, RUST]]);
    }
    let mut cases = Vec::new();
    for kinds in sides {
        for head_org in [None, Some("1")] {
            for tail_org in [None, Some("1"), Some("2")] {
                for strict in [false, true] {
                    cases.push(case(kinds, head_org, tail_org, strict));
                }
            }
        }
    }
    cases
}

fn case(
    [head, tail]: [Kind; 2],
    head_org: Option<&'static str>,
    tail_org: Option<&'static str>,
    strict: bool,
) -> Case {
    let continues = match (head_org, tail_org) {
        (Some(theirs), Some(ours)) => theirs == ours,
        (None, None) => true,
        _ => !strict,
    };
    let mut tail = organised(tail, tail_org);
    if strict {
        tail = tail.set("PEER_STRICT", "1");
    }
    let name = |org: Option<&'static str>| org.unwrap_or("none");
    let what = format!(
        "org {} to org {} strict {strict}",
        name(head_org),
        name(tail_org)
    );
    let chain = Chain::of([organised(head, head_org), tail]);
    Case::new("strict", &what, chain, move |ran, evidence| {
        let members = ran.seen[1].decoded();
        equal(
            "org_id",
            members.get("org_id").map(String::as_str),
            head_org,
        )?;
        if continues {
            linked(ran)?;
            recorded(ran, evidence, "transaction")
        } else {
            apart(ran, evidence)
        }
    })
}

fn organised(kind: Kind, org: Option<&str>) -> Hop {
    match org {
        Some(org) => kind.hop().set("PEER_ORG_ID", org),
        None => kind.hop(),
    }
}

/// The tail is the head of a trace of its own; nothing of the caller's is in it.
fn apart(ran: &Ran, evidence: &Evidence) -> Check {
    let header = some("sentry-trace arrives", ran.seen[1].sentry_trace())?;
    let own = some("a trace", ran.seen[1].active.trace_id.as_ref())?;
    equal("the trace is continued", *own == header.trace_id, false)?;
    equal(
        "the parent in the callers trace",
        evidence.of(&ran.keys[1], &header.trace_id).segments.len(),
        0,
    )?;
    let sent = sent(ran, evidence, 1);
    equal("transactions", sent.segments.len(), 1)?;
    equal("the parent", sent.segments[0].1.as_ref(), None::<&String>)?;
    for header in sent.headers {
        let key = header.and_then(|header| header.get("public_key").cloned());
        equal("whose DSC it is", key.as_ref(), Some(&ran.keys[1]))?;
    }
    Ok(())
}
