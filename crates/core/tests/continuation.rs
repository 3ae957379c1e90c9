//! Whatever comes in, continuing follows rules R3, R4 and R8.

mod support;

use proptest::prelude::*;
use proptest::sample::select;
use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_core::continuation::{
    Incoming, IncomingDsc, NotContinued, Policy, continue_trace, received_rate,
};
use sentry_trace_core::sample_rand::SampleRand;
use sentry_trace_core::sentry_trace::SentryTrace;
use sentry_trace_core::traceparent;

use support::{any_lines, borrowed};

const T: &str = "771a43a4192642f0b136d5159a501700";

#[derive(Debug)]
struct Case {
    sentry_trace: Vec<Vec<u8>>,
    baggage: Vec<Vec<u8>>,
    traceparent: Vec<Vec<u8>>,
    org_id: Option<&'static str>,
    strict: bool,
    continue_traceparent: bool,
}

fn some_of(lines: Vec<String>) -> impl Strategy<Value = Vec<Vec<u8>>> {
    let known = proptest::collection::vec(select(lines).prop_map(String::into_bytes), 0..3);
    let any = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..3);
    prop_oneof![6 => known, 1 => any]
}

fn baggage() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let members = some_of(vec![
        format!("sentry-trace_id={T}"),
        format!("sentry-trace_id={}", T.to_uppercase()),
        "sentry-trace_id=%37%37".to_owned(),
        format!("sentry-trace_id=%37{}", &T[1..]),
        "sentry-org_id=1".to_owned(),
        "sentry-org_id=%31".to_owned(),
        "sentry-org_id=2".to_owned(),
        "sentry-org_id=".to_owned(),
        "sentry-sample_rate=0.5,sentry-sample_rand=0.25".to_owned(),
        "sentry-sample_rate=2,sentry-sample_rand=1".to_owned(),
        "vendor=1".to_owned(),
    ]);
    prop_oneof![3 => members, 1 => any_lines()]
}

fn case() -> impl Strategy<Value = Case> {
    let headers = (
        some_of(vec![
            format!("{T}-1234567890abcdef-1"),
            format!("x,{T}-1234567890abcdef"),
            format!("{T}-0"),
            String::new(),
            "0-0-1".to_owned(),
        ]),
        baggage(),
        some_of(vec![
            format!("00-{T}-1234567890abcdef-01"),
            format!("00-{T}-1234567890abcdef-0"),
        ]),
    );
    let options = (
        select(vec![None, Some("1"), Some("2"), Some("")]),
        any::<bool>(),
        any::<bool>(),
    );
    (headers, options).prop_map(
        |((sentry_trace, baggage, traceparent), (org_id, strict, continue_traceparent))| Case {
            sentry_trace,
            baggage,
            traceparent,
            org_id,
            strict,
            continue_traceparent,
        },
    )
}

/// The header that counts.
fn header(case: &Case) -> Result<SentryTrace, NotContinued> {
    if !case.sentry_trace.is_empty() {
        let header = SentryTrace::parse_lines(borrowed(&case.sentry_trace));
        return header.map_err(NotContinued::SentryTrace);
    }
    match case.traceparent.as_slice() {
        _ if !case.continue_traceparent => Err(NotContinued::NoTrace),
        [] => Err(NotContinued::NoTrace),
        [line] => traceparent::parse(line).map_err(NotContinued::Traceparent),
        _ => Err(NotContinued::SeveralTraceparents),
    }
}

/// Rule R4, both sides as texts, empty for absent.
fn is_own(own: &str, incoming: &str, strict: bool) -> bool {
    match (own.is_empty(), incoming.is_empty()) {
        (true, true) => true,
        (false, false) => own == incoming,
        _ => !strict,
    }
}

fn value(members: &SentryMembers<'_>, name: &str) -> Option<String> {
    Some(members.get(name)?.decoded().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    /// A line that may stay unread is of a trace that is continued.
    #[test]
    fn a_line_is_allowed_unread_only_where_its_members_say_so(case in case(), filler in "[a-z]{0,700}") {
        let policy = Policy {
            org_id: case.org_id,
            strict_trace_continuation: case.strict,
            continue_traceparent: false,
        };
        let mut line = case.baggage.join(&b","[..]);
        line.extend_from_slice(filler.as_bytes());
        let members = SentryMembers::parse([&line[..]]);
        if policy.allows_unread(&line) {
            prop_assert!(policy.allows(members.get("org_id")));
        }
        // The same is read of several lines.
        let lines = SentryMembers::parse(line.split(|&byte| byte == b','));
        prop_assert_eq!(members.iter().collect::<Vec<_>>(), lines.iter().collect::<Vec<_>>());
    }

    #[test]
    fn a_trace_is_continued_as_the_rules_say(case in case()) {
        let incoming = Incoming {
            sentry_trace: borrowed(&case.sentry_trace),
            baggage: borrowed(&case.baggage),
            traceparent: borrowed(&case.traceparent),
        };
        let policy = Policy {
            org_id: case.org_id,
            strict_trace_continuation: case.strict,
            continue_traceparent: case.continue_traceparent,
        };
        let members = SentryMembers::parse(borrowed(&case.baggage));
        let incoming_org_id = value(&members, "org_id").unwrap_or_default();
        let is_own = is_own(case.org_id.unwrap_or_default(), &incoming_org_id, case.strict);
        let expected = header(&case)
            .and_then(|header| is_own.then_some(header).ok_or(NotContinued::Organization));

        let continued = continue_trace(incoming, &policy);
        prop_assert_eq!(continued.as_ref().err(), expected.as_ref().err());
        let (Ok(continued), Ok(header)) = (continued, expected) else {
            return Ok(());
        };
        prop_assert_eq!(continued.trace_id, header.trace_id);
        prop_assert_eq!(continued.parent_span_id, header.span_id);
        prop_assert_eq!(continued.parent_decision, header.decision);

        let named = value(&members, "trace_id");
        let other_trace = named.is_some_and(|named| named != header.trace_id.to_string());
        match continued.dsc {
            IncomingDsc::Empty => {
                prop_assert!(members.is_empty() || other_trace);
            }
            IncomingDsc::Frozen(frozen) => {
                prop_assert!(!members.is_empty() && !other_trace);
                prop_assert!(frozen.iter().eq(members.iter()));
            }
        }
    }

    #[test]
    fn what_is_received_as_a_number_is_in_its_range(text in "[-+0-9.eE%]{1,12}|0\\.[0-9]{1,20}") {
        let line = format!("sentry-sample_rate={text},sentry-sample_rand={text}");
        let members = SentryMembers::parse([line.as_bytes()]);
        // JSON's grammar from one reader, the exact number from another.
        let is_json = |text: &String| {
            serde_json::from_str::<f64>(text).ok()?;
            text.parse::<f64>().ok()
        };
        let number = value(&members, "sample_rate").as_ref().and_then(is_json);
        prop_assert_eq!(received_rate(members.get("sample_rate")), number.filter(|rate| (0.0..=1.0).contains(rate)));
        let rand = SampleRand::received(members.get("sample_rand")).map(SampleRand::value);
        prop_assert_eq!(rand, number.filter(|rand| (0.0..1.0).contains(rand)));
    }
}

#[test]
fn what_sdks_send_is_allowed_unread() {
    let own = |org_id, strict_trace_continuation| Policy {
        org_id,
        strict_trace_continuation,
        continue_traceparent: false,
    };
    let line = b"sentry-release=1,sentry-org_id=42,vendor=x";
    let without = b"sentry-release=1,vendor=x";
    for (policy, line, expected) in [
        (own(None, false), &line[..], true),
        (own(Some(""), false), line, true),
        (own(None, true), line, false),
        (own(None, true), without, true),
        (own(Some("42"), false), line, true),
        (own(Some("42"), true), line, true),
        (own(Some("42"), false), without, true),
        (own(Some("42"), true), without, false),
        (own(Some("7"), false), line, false),
    ] {
        assert_eq!(policy.allows_unread(line), expected, "{policy:?}");
    }
}

#[test]
fn no_line_is_allowed_unread_in_which_a_limit_may_matter() {
    let member = |at: u8| format!("sentry-{}=1", char::from(at));
    let members: Vec<_> = (b'>'..=b'~').map(member).collect();
    assert_eq!(members.len(), 65);
    let (most, more) = (members[..64].join(","), members.join(","));
    let policy = Policy::default();
    assert!(policy.allows_unread(most.as_bytes()));
    assert!(!policy.allows_unread(more.as_bytes()));
    assert_eq!(SentryMembers::parse([more.as_bytes()]).len(), 64);
}
