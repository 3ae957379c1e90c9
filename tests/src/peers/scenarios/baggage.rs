//! Baggage: members of others, near the size limit, values of every printable character.

use super::common::{OTHER_RUST, PARENT, SDKS, TRACE_ID, linked, own_trace_id, recorded, same_dsc};
use crate::peers::case::Case;
use crate::peers::chain::Chain;
use crate::peers::hop::{Kind, RUST};
use crate::suites::check::{equal, holds};

/// The limit of one baggage line, in bytes (rule R8).
const LIMIT: usize = 8192;

/// Every printable ASCII character, and some beyond.
const PRINTABLE: &str = "app@1 !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`\
    abcdefghijklmnopqrstuvwxyz{|}~äß漢字🎈é";

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![
        foreign([RUST, OTHER_RUST]),
        printable([RUST, OTHER_RUST, RUST]),
        near_limit([RUST, OTHER_RUST, RUST]),
        large_foreign([RUST, OTHER_RUST]),
        not_forwarded(RUST),
        not_forwarded(OTHER_RUST),
    ];
    for peer in SDKS {
        cases.extend([
            foreign([RUST, peer]),
            foreign([peer, RUST]),
            printable([RUST, peer, RUST]),
            printable([peer, RUST, peer]),
            near_limit([RUST, peer, RUST]),
            near_limit([peer, RUST, peer]),
            large_foreign([RUST, peer]),
        ]);
    }
    cases
}

/// What the handler's own baggage says stays beside ours.
fn foreign(kinds: [Kind; 2]) -> Case {
    let own = "vendor=1;property=x, other=%41%2C";
    let chain = Chain::of(kinds.map(Kind::hop)).own("baggage", own);
    Case::new(
        "third-party baggage",
        "of the handler",
        chain,
        move |ran, evidence| {
            linked(ran)?;
            equal(
                "members of others",
                ran.seen[1].foreign(),
                ["vendor=1;property=x", "other=%41%2C"],
            )?;
            recorded(ran, evidence, "transaction")
        },
    )
}

/// Members of others that come in do not go out (rule R2).
fn not_forwarded(kind: Kind) -> Case {
    let chain = Chain::of([kind.hop(), RUST.hop()])
        .incoming("sentry-trace", format!("{TRACE_ID}-{PARENT}-1"))
        .incoming(
            "baggage",
            format!("vendor=1,sentry-trace_id={TRACE_ID},sentry-release=a,other=2"),
        );
    Case::new("third-party baggage", "of the caller", chain, |ran, _| {
        linked(ran)?;
        equal("members of others", ran.seen[1].foreign(), [""; 0])
    })
}

/// A release of every printable character reaches all headers and all envelopes.
fn printable(kinds: [Kind; 3]) -> Case {
    let [head, middle, tail] = kinds.map(Kind::hop);
    let chain = Chain::of([head.set("PEER_RELEASE", PRINTABLE), middle, tail]);
    Case::new(
        "printable values",
        "release",
        chain,
        move |ran, evidence| {
            linked(ran)?;
            for seen in &ran.seen[1..] {
                let release = seen.decoded().remove("release");
                equal("the release", release.as_deref(), Some(PRINTABLE))?;
            }
            same_dsc(ran, &kinds)?;
            recorded(ran, evidence, "transaction")
        },
    )
}

/// Members that take nearly all of the limit pass every service whole.
fn near_limit(kinds: [Kind; 3]) -> Case {
    let trace_id = own_trace_id();
    let mut baggage =
        format!("sentry-trace_id={trace_id},sentry-sample_rand=0.5,sentry-sampled=true");
    for number in 10.. {
        let member = format!(",sentry-member{number}={}", "x".repeat(180));
        if baggage.len() + member.len() > LIMIT {
            break;
        }
        baggage.push_str(&member);
    }
    let length = baggage.len();
    let chain = Chain::of(kinds.map(Kind::hop))
        .incoming("sentry-trace", format!("{trace_id}-{PARENT}-1"))
        .incoming("baggage", baggage);
    Case::new(
        "size limit",
        &format!("{length} bytes of a caller"),
        chain,
        move |ran, evidence| {
            linked(ran)?;
            equal("the DSC", ran.seen[1].decoded(), ran.seen[0].decoded())?;
            same_dsc(ran, &kinds)?;
            recorded(ran, evidence, "transaction")
        },
    )
}

/// Members of others that leave little room: they stay, and as many of ours as fit (rule R8).
fn large_foreign(kinds: [Kind; 2]) -> Case {
    let own = format!("vendor={}", "x".repeat(8070));
    let chain = Chain::of(kinds.map(Kind::hop)).own("baggage", own.clone());
    Case::new(
        "size limit",
        "members of others leave 115 bytes",
        chain,
        move |ran, _| {
            linked(ran)?;
            let callee = &ran.seen[1];
            equal("members of others", callee.foreign(), [&*own])?;
            let length = callee.baggage().len();
            holds("at most 8192 bytes", length <= LIMIT, length)?;
            let trace_id = callee.decoded().remove("trace_id");
            equal(
                "what is needed most",
                trace_id,
                ran.seen[0].active.trace_id.clone(),
            )
        },
    )
}
