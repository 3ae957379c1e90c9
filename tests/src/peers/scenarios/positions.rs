//! Rust as head, middle and tail, with each server and each client, in both formats.

use super::common::{OTHER_RUST, SDKS, linked, recorded, same_dsc};
use crate::drivers;
use crate::peers::case::Case;
use crate::peers::chain::{Chain, Ran};
use crate::peers::hop::{Format, Kind, RELEASE, RUST};
use crate::suites::check::{Check, equal};

const SCENARIO: &str = "positions";

pub(super) fn cases() -> Vec<Case> {
    let mut chains = Vec::new();
    for peer in SDKS {
        chains.extend([
            vec![RUST, peer],
            vec![peer, RUST],
            vec![peer, RUST, peer],
            vec![RUST, peer, OTHER_RUST],
            vec![peer, RUST, OTHER_RUST, peer],
        ]);
    }
    let pairs = all_pairs();
    for (number, pair) in pairs.iter().copied().enumerate() {
        chains.extend([
            vec![pair, Kind::Python, Kind::Node],
            vec![Kind::Node, pair, Kind::Python],
            vec![Kind::Python, pair, Kind::Node],
            vec![Kind::Node, Kind::Python, pair],
        ]);
        // Seven further in the list stands another server with another client.
        let (next, last) = (
            pairs[(number + 7) % pairs.len()],
            pairs[(number + 14) % pairs.len()],
        );
        chains.push(vec![pair, next, last]);
    }
    let formats = Format::BOTH.into_iter();
    let cases =
        formats.flat_map(|format| chains.iter().map(move |kinds| case(kinds.clone(), format)));
    cases.collect()
}

/// Every server with every client.
fn all_pairs() -> Vec<Kind> {
    let pairs = drivers::ALL.iter().filter_map(|driver| driver.pair);
    pairs.map(Kind::of_pair).collect()
}

fn case(kinds: Vec<Kind>, format: Format) -> Case {
    let hops: Vec<_> = kinds.iter().map(|kind| kind.hop().format(format)).collect();
    Case::new(
        SCENARIO,
        format.name(),
        Chain::of(hops),
        move |ran, evidence| {
            linked(ran)?;
            same_dsc(ran, &kinds)?;
            recorded(ran, evidence, format.name())?;
            if kinds[0].is_rust() {
                head(ran, kinds[0])
            } else {
                Ok(())
            }
        },
    )
}

/// Every member of a DSC that a Rust head made (rule R7).
fn head(ran: &Ran, kind: Kind) -> Check {
    let mut dsc = ran.seen[1].decoded();
    let trace_id = ran.seen[0].active.trace_id.clone();
    equal("trace_id", dsc.remove("trace_id"), trace_id)?;
    let sample_rand = dsc.remove("sample_rand").unwrap_or_default();
    let is_six_decimals = sample_rand.len() == 8 && sample_rand.starts_with("0.");
    equal("sample_rand has six decimals", is_six_decimals, true)?;
    let has_router = matches!(kind, Kind::Rust("axum" | "actix", _));
    let mut expected = vec![
        ("environment", "production"),
        ("public_key", ran.keys[0].as_str()),
        ("release", RELEASE),
        ("sample_rate", "1"),
        ("sampled", "true"),
    ];
    if has_router {
        expected.push(("transaction", "GET /call"));
    }
    let members = dsc.iter().map(|(name, value)| (&**name, &**value));
    equal("the other members", members.collect::<Vec<_>>(), expected)
}
