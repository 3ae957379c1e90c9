//! Propagation targets, with the same settings in every implementation (rule R9).

use super::common::{OTHER_RUST, SDKS, linked, recorded, transactions};
use crate::peers::case::Case;
use crate::peers::chain::Chain;
use crate::peers::hop::{Kind, RUST};
use crate::suites::check::{Check, equal};

/// A setting, and whether it matches `http://127.0.0.1:PORT/echo`.
const SETTINGS: [(&str, bool); 7] = [
    ("/echo", true),
    ("re:/ec.o$", true),
    ("/nothing, 127.0.0.1", true),
    ("[\"/nothing\", \"re:^http://127[.]0\"]", true),
    ("/nothing", false),
    ("re:^https", false),
    ("", false),
];

pub(super) fn cases() -> Vec<Case> {
    let mut sides = vec![[RUST, OTHER_RUST]];
    for peer in SDKS {
        sides.extend([[RUST, peer], [peer, RUST]]);
    }
    let of = |kinds| SETTINGS.map(|(targets, matches)| case(kinds, targets, matches));
    sides.into_iter().flat_map(of).collect()
}

fn case([head, tail]: [Kind; 2], targets: &'static str, matches: bool) -> Case {
    let chain = Chain::of([head.hop().set("PEER_TARGETS", targets), tail.hop()]);
    Case::new(
        "targets",
        &format!("{targets:?}"),
        chain,
        move |ran, evidence| {
            if matches {
                linked(ran)?;
                return recorded(ran, evidence, "transaction");
            }
            nothing_arrives(&ran.seen[1].incoming)?;
            let traces = [0, 1].map(|hop: usize| ran.seen[hop].active.trace_id.as_deref());
            equal("one trace", traces[0] == traces[1], false)?;
            transactions(ran, evidence, &[1, 1])
        },
    )
}

fn nothing_arrives(incoming: &std::collections::BTreeMap<String, String>) -> Check {
    let ours = ["sentry-trace", "baggage", "traceparent"];
    let found: Vec<_> = ours
        .into_iter()
        .filter(|name| incoming.contains_key(*name))
        .collect();
    equal("headers that arrive", found, [""; 0])
}
