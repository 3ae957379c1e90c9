//! What each implementation makes of headers that a caller could send: the rules R1 to R3, and both orders of duplicates.
//!
//! The service is called with these headers, and calls a Rust service, which says what arrived. Other SDKs are asked the same; where
//! they differ, a row of `differences.toml` says so.

use super::common::{PARENT, SDKS, TRACE_ID};
use crate::drivers;
use crate::peers::case::Case;
use crate::peers::chain::Chain;
use crate::peers::hop::{Kind, RUST};
use crate::peers::seen::Seen;

/// Another trace.
const OTHER_ID: &str = "0f0e0d0c0b0a49080706050403020100";

/// Header lines, and what goes out then.
struct Row {
    id: &'static str,
    sentry_trace: Vec<String>,
    baggage: Vec<&'static str>,
    baggage_first: bool,
    expected: Expected,
}

/// What goes out.
enum Expected {
    /// A trace that is not one of the callers'.
    NewTrace,
    /// This trace.
    Trace(&'static str),
    /// The callers' trace with this baggage.
    Baggage(&'static str),
    /// The callers' trace with these members, in any order.
    Members(&'static [&'static str]),
}

pub(super) fn cases() -> Vec<Case> {
    let servers = drivers::ALL.iter().filter_map(|driver| driver.pair);
    let mut kinds: Vec<_> = servers.map(Kind::of_pair).collect();
    kinds.retain(|kind| matches!(kind, Kind::Rust(_, "reqwest")));
    kinds.extend(SDKS);
    kinds
        .into_iter()
        .flat_map(|kind| rows().into_iter().map(move |row| case(kind, row)))
        .collect()
}

fn rows() -> Vec<Row> {
    use Expected::{Baggage, Members, NewTrace, Trace};
    let plain = || vec![format!("{TRACE_ID}-{PARENT}-1")];
    let other = || format!("{OTHER_ID}-{PARENT}-1");
    let row = |id, sentry_trace, baggage, expected| Row {
        id,
        sentry_trace,
        baggage,
        baggage_first: false,
        expected,
    };
    vec![
        row(
            "two traces",
            vec![plain().remove(0), other()],
            vec![],
            Trace(TRACE_ID),
        ),
        row(
            "two traces, reversed",
            vec![other(), plain().remove(0)],
            vec![],
            Trace(OTHER_ID),
        ),
        row(
            "an unusable line first",
            vec!["nonsense".to_owned(), plain().remove(0)],
            vec![],
            Trace(TRACE_ID),
        ),
        row(
            "an unusable line last",
            vec![plain().remove(0), "nonsense".to_owned()],
            vec![],
            Trace(TRACE_ID),
        ),
        row(
            "two lines of baggage",
            plain(),
            vec![
                "sentry-release=a,sentry-sample_rand=0.25",
                "sentry-environment=b",
            ],
            Members(&["environment=b", "release=a", "sample_rand=0.25"]),
        ),
        row(
            "two lines of baggage, reversed",
            plain(),
            vec![
                "sentry-environment=b",
                "sentry-release=a,sentry-sample_rand=0.25",
            ],
            Members(&["environment=b", "release=a", "sample_rand=0.25"]),
        ),
        row(
            "a member twice",
            plain(),
            vec![
                "sentry-release=a,sentry-sample_rand=0.25",
                "sentry-release=b",
            ],
            Members(&["release=b", "sample_rand=0.25"]),
        ),
        row(
            "a member twice, reversed",
            plain(),
            vec![
                "sentry-release=b",
                "sentry-release=a,sentry-sample_rand=0.25",
            ],
            Members(&["release=a", "sample_rand=0.25"]),
        ),
        row(
            "bytes of values",
            plain(),
            vec!["sentry-transaction=%2fa%2Fb/c%20d,sentry-sample_rand=0.25"],
            Baggage("sentry-transaction=%2fa%2Fb/c%20d,sentry-sample_rand=0.25"),
        ),
        row(
            "a plus sign",
            plain(),
            vec!["sentry-release=a+b,sentry-sample_rand=0.25"],
            Members(&["release=a+b", "sample_rand=0.25"]),
        ),
        row(
            "a property",
            plain(),
            vec!["sentry-release=a;p=1,sentry-sample_rand=0.25"],
            Members(&["release=a", "sample_rand=0.25"]),
        ),
        row(
            "zeros at the end of sample_rand",
            plain(),
            vec!["sentry-release=a,sentry-sample_rand=0.250000"],
            Members(&["release=a", "sample_rand=0.250000"]),
        ),
        row("no baggage", plain(), vec![], Baggage("")),
        row(
            "baggage of others alone",
            plain(),
            vec!["vendor=1"],
            Baggage(""),
        ),
        row(
            "members of others",
            plain(),
            vec!["vendor=1,sentry-release=a,sentry-sample_rand=0.25"],
            Baggage("sentry-release=a,sentry-sample_rand=0.25"),
        ),
        row(
            "baggage of another trace",
            plain(),
            vec!["sentry-trace_id=0f0e0d0c0b0a49080706050403020100,sentry-sample_rand=0.25"],
            Baggage(""),
        ),
        Row {
            baggage_first: true,
            ..row(
                "baggage before the trace",
                plain(),
                vec!["sentry-release=a,sentry-sample_rand=0.25"],
                Members(&["release=a", "sample_rand=0.25"]),
            )
        },
        row(
            "baggage without a trace",
            vec![],
            vec!["sentry-trace_id=771a43a4192642f0b136d5159a501700,sentry-release=a"],
            NewTrace,
        ),
        row(
            "a trace id alone",
            vec![TRACE_ID.to_owned()],
            vec![],
            Trace(TRACE_ID),
        ),
        row(
            "a trace id and a flag",
            vec![format!("{TRACE_ID}-1")],
            vec![],
            Trace(TRACE_ID),
        ),
        row(
            "upper case",
            vec![format!("{}-{PARENT}-1", TRACE_ID.to_uppercase())],
            vec![],
            NewTrace,
        ),
        row(
            "a trace id of zeros",
            vec![format!("{}-{PARENT}-1", "0".repeat(32))],
            vec![],
            NewTrace,
        ),
        row(
            "a short trace id",
            vec![format!("{}-{PARENT}-1", &TRACE_ID[1..])],
            vec![],
            NewTrace,
        ),
        row(
            "a flag of 2",
            vec![format!("{TRACE_ID}-{PARENT}-2")],
            vec![],
            NewTrace,
        ),
        row(
            "white space around",
            vec![format!(" \t{TRACE_ID}-{PARENT}-1\t ")],
            vec![],
            Trace(TRACE_ID),
        ),
    ]
}

fn case(kind: Kind, row: Row) -> Case {
    let mut chain = Chain::of([kind.hop(), RUST.hop()]);
    if row.baggage_first {
        chain.incoming.extend(
            row.baggage
                .iter()
                .map(|line| ("baggage", (*line).to_owned())),
        );
    }
    chain.incoming.extend(
        row.sentry_trace
            .into_iter()
            .map(|line| ("sentry-trace", line)),
    );
    if !row.baggage_first {
        chain.incoming.extend(
            row.baggage
                .iter()
                .map(|line| ("baggage", (*line).to_owned())),
        );
    }
    let expected = row.expected;
    Case::new("headers", row.id, chain, move |ran, _| {
        expected.check(&ran.seen[1])
    })
}

impl Expected {
    /// Compares texts that are the same on each run.
    fn check(&self, callee: &Seen) -> crate::suites::check::Check {
        let trace = callee
            .sentry_trace()
            .map_or_else(|| "none".to_owned(), |header| known(header.trace_id));
        let (expected, got) = match self {
            Self::NewTrace => ("a new trace".to_owned(), trace),
            Self::Trace(id) => ((*id).to_owned(), trace),
            Self::Baggage(baggage) => (
                format!("{TRACE_ID} {baggage:?}"),
                format!("{trace} {:?}", masked(callee, baggage)),
            ),
            Self::Members(members) => {
                let got = callee.decoded();
                let got: Vec<_> = got
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect();
                (
                    format!("{TRACE_ID} {members:?}"),
                    format!("{trace} {got:?}"),
                )
            }
        };
        if got == expected {
            Ok(())
        } else {
            Err(crate::case_result::Mismatch::new(expected, got))
        }
    }
}

fn known(trace_id: String) -> String {
    let known = [TRACE_ID, OTHER_ID]
        .iter()
        .any(|known| trace_id.eq_ignore_ascii_case(known));
    let is_short = trace_id.len() != 32 || trace_id.bytes().all(|byte| byte == b'0');
    if known || is_short {
        trace_id
    } else {
        "a new trace".to_owned()
    }
}

/// The baggage, with `…` for values that are not the same on each run.
fn masked(callee: &Seen, expected: &str) -> String {
    let mask = |piece: &str| match piece.split_once('=') {
        Some((name @ ("sentry-sample_rand" | "sentry-public_key"), _))
            if !expected.contains(name) =>
        {
            format!("{name}=…")
        }
        _ => piece.to_owned(),
    };
    callee
        .baggage()
        .split(',')
        .map(mask)
        .collect::<Vec<_>>()
        .join(",")
}
