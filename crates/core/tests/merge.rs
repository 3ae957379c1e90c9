//! Outgoing baggage, whatever is there already (rule R8).
#![cfg(feature = "alloc")]

mod support;

use proptest::prelude::*;
use proptest::sample::select;
use sentry_trace_core::headers::{SignedHeaders, merge_baggage};

use support::naive::trim;
use support::{any_lines, borrowed, is_legal, legal_lines};

/// The limit of rule R8.
const MAX_BYTES: usize = 8192;

fn merge(lines: &[Vec<u8>], ours: &str) -> Vec<u8> {
    let mut value = Vec::new();
    let length = merge_baggage(borrowed(lines), ours.as_bytes(), &mut value);
    assert_eq!(length, value.len());
    value
}

fn foreign(lines: &[Vec<u8>]) -> Vec<u8> {
    let all = lines.join(&b',');
    let pieces = all.split(|&byte| byte == b',');
    let foreign: Vec<_> = pieces
        .filter(|piece| !piece.is_empty() && !trim(piece).starts_with(b"sentry-"))
        .collect();
    foreign.join(&b',')
}

/// The foreign pieces, and of ours whatever fits, one after the other.
fn merge_naively(lines: &[Vec<u8>], ours: &[String]) -> Vec<u8> {
    let mut value = foreign(lines);
    for member in ours.iter().filter(|member| is_legal(member.as_bytes())) {
        let comma = if value.is_empty() { "" } else { "," };
        if value.len() + comma.len() + member.len() <= MAX_BYTES {
            value.extend(comma.bytes().chain(member.bytes()));
        }
    }
    value
}

/// Members of a context; some are long, some cannot stand in a header.
fn ours() -> impl Strategy<Value = Vec<String>> {
    let end = select(vec!["", "", "", "%C3%A9", "é", "\n", "\0", "\u{7f}", "\t"]);
    let member = (
        0..99_u8,
        prop_oneof![6 => 1..40_usize, 1 => 1..9000_usize],
        end,
    );
    let member =
        member.prop_map(|(name, length, end)| format!("sentry-{name}={}{end}", "v".repeat(length)));
    proptest::collection::vec(member, 0..12)
}

fn check(lines: &[Vec<u8>], ours: &[String]) -> Result<(), TestCaseError> {
    let value = merge(lines, &ours.join(","));
    let foreign = foreign(lines);
    prop_assert!(value.starts_with(&foreign));
    prop_assert!(value.len() <= MAX_BYTES.max(foreign.len()));
    for piece in value[foreign.len()..].split(|&byte| byte == b',') {
        let is_ours = ours.iter().any(|member| member.as_bytes() == piece);
        prop_assert!(piece.is_empty() || is_ours);
    }
    prop_assert_eq!(value, merge_naively(lines, ours));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn legal_lines_give_a_legal_line(lines in legal_lines(), ours in ours()) {
        prop_assert!(is_legal(&merge(&lines, &ours.join(","))));
        check(&lines, &ours)?;
    }

    #[test]
    fn any_lines_give_what_the_rule_says(lines in any_lines(), ours in ours()) {
        check(&lines, &ours)?;
    }

    #[test]
    fn the_limit_is_met_to_the_byte(foreign in 0..8200_usize, parts in 1..4_usize, over in -2..3_isize) {
        // The members fill what the foreign piece leaves, but for a few bytes.
        let room = MAX_BYTES.saturating_sub(foreign).saturating_add_signed(over) / parts;
        let member = |number: usize| {
            let name = format!("sentry-{number}=");
            let value = "v".repeat(room.saturating_sub(name.len() + 1).max(1));
            name + &value
        };
        let ours: Vec<_> = (0..parts).map(member).chain(["sentry-z=1".to_owned()]).collect();
        check(&[vec![b'x'; foreign]], &ours)?;
    }

    #[test]
    fn nothing_of_ours_leaves_the_foreign_pieces(lines in any_lines()) {
        prop_assert_eq!(merge(&lines, ""), foreign(&lines));
    }

    #[test]
    fn merging_again_replaces_what_was_merged(lines in legal_lines(), first in ours(), second in ours()) {
        let once = merge(&lines, &first.join(","));
        prop_assert_eq!(merge(&[once], &second.join(",")), merge(&lines, &second.join(",")));
    }

    #[test]
    fn signatures_are_read_without_a_panic(lines in any_lines(), names in "[a-zA-Z;\"-]{0,40}") {
        _ = SignedHeaders::read(borrowed(&lines));
        let value = format!("x SignedHeaders={names}, y=z");
        let signed = SignedHeaders::read([value.as_bytes()]);
        prop_assert!(!signed.baggage || names.to_ascii_lowercase().contains("baggage"));
    }
}
