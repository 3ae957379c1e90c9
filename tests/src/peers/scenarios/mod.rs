//! What is done with chains.

mod baggage;
mod common;
mod decisions;
mod errors;
mod headers;
mod otel;
mod positions;
mod strict;
mod targets;

use super::case::Case;

/// Every case of every scenario.
pub(super) fn all() -> Vec<Case> {
    let scenarios = [
        positions::cases,
        decisions::cases,
        strict::cases,
        targets::cases,
        baggage::cases,
        headers::cases,
        errors::cases,
        otel::cases,
    ];
    scenarios.into_iter().flat_map(|cases| cases()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::peers::hop::Kind;

    #[test]
    fn no_case_gets_lost_and_each_has_an_id_of_its_own() {
        let mut counts = BTreeMap::<_, usize>::new();
        let mut ids = BTreeSet::new();
        for case in all() {
            *counts.entry(case.driver()).or_default() += 1;
            let id = (case.driver(), case.scenario, case.id);
            assert!(ids.insert(id.clone()), "{id:?}");
        }
        let floors = [
            ("node", 98),
            ("node+python", 192),
            ("otel", 36),
            ("python", 98),
            ("rust", 184),
        ];
        for (driver, floor) in floors {
            assert!(counts[driver] >= floor, "{counts:?}");
        }
    }

    #[test]
    fn every_server_with_every_client_is_a_middle_and_a_tail() {
        let (mut middles, mut tails) = (BTreeSet::new(), BTreeSet::new());
        for case in all().iter().filter(|case| case.driver() == "node+python") {
            let kinds: Vec<_> = case.chain.hops.iter().map(|hop| hop.kind).collect();
            match kinds[..] {
                [_, Kind::Rust(server, client), _] => _ = middles.insert((server, client)),
                [_, _, Kind::Rust(server, client)] => _ = tails.insert((server, client)),
                _ => {}
            }
        }
        assert_eq!((middles.len(), tails.len()), (24, 24));
    }
}
