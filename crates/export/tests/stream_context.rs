//! The context with which streamed spans go out: Sentry drops those whose context it cannot read.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use sentry_trace_collector::envelope::Envelope as Parsed;
use sentry_trace_export::envelope::Format;
use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::transaction::FrozenDsc;
use serde_json::{Value as Json, json};
use support::{only, transaction};

const OWN_KEY: &str = "c20059a2e8524ca3b61236c0b2b9ca76";
const KEY: &str = "5e3f6a6dddb0424fb19a459cf11eb446";

/// The header's member `trace`, less the trace id, which is always there.
fn trace_of(context: Option<String>) -> Json {
    trace_with_key(OWN_KEY, context)
}

fn trace_with_key(own_key: &str, context: Option<String>) -> Json {
    let mut transaction = transaction("work", 0);
    Arc::make_mut(&mut transaction.service).public_key = Some(own_key.to_owned());
    transaction.dsc = context.map(FrozenDsc::from);
    let trace_id = json!(transaction.trace_id.to_string());
    let bytes = only(transaction, Format::SpanStream).to_bytes(Timestamp::default());
    let mut trace = Parsed::parse(&bytes).unwrap().header["trace"].take();
    assert_eq!(
        trace.as_object_mut().unwrap().remove("trace_id"),
        Some(trace_id)
    );
    trace
}

fn trace_with(members: &str) -> Json {
    let id = "771a43a4192642f0b136d5159a501700";
    trace_of(Some(format!(
        "sentry-trace_id={id},sentry-public_key={KEY}{members}"
    )))
}

#[test]
fn a_context_that_can_be_read_goes_out_whole() {
    let members = ",sentry-sample_rate=1e-1,sentry-sampled=maybe,sentry-transaction=a%20b,sentry-unknown=1,\
        sentry-replay_id=771a43a4-1926-42f0-b136-d5159a501700";
    assert_eq!(
        trace_with(members),
        json!({
            "public_key": KEY,
            "sample_rate": "1e-1",
            "sampled": "maybe",
            "transaction": "a b",
            "unknown": "1",
            "replay_id": "771a43a4-1926-42f0-b136-d5159a501700",
        })
    );
}

#[test]
fn a_member_that_cannot_be_read_is_left_out() {
    let rates = ["abc", ".5", "1.", "-1", "2", "NaN"];
    let rates = rates.map(|rate| format!("sentry-sample_rate={rate}"));
    let others = [
        "sentry-replay_id=zz",
        "sentry-replay_id=771a43a4192642f0b136d5159a50170",
        "sentry-replay_id=771a43a4192642f0b136d5159a50170g",
        "sentry-replay_id=7-71a43a4192642f0b136d5159a501700",
        "sentry-user=jane",
    ];
    for member in rates.iter().map(String::as_str).chain(others) {
        let trace = trace_with(&format!(",{member},sentry-release=1"));
        assert_eq!(
            trace,
            json!({ "public_key": KEY, "release": "1" }),
            "{member}"
        );
    }
}

#[test]
fn a_name_that_comes_twice_goes_out_once() {
    let expected = json!({ "public_key": KEY, "segment_name": "a" });
    assert_eq!(trace_with(",sentry-segment_name=a"), expected);
    let expected = json!({ "public_key": KEY, "transaction": "b" });
    assert_eq!(
        trace_with(",sentry-segment_name=a,sentry-transaction=b"),
        expected
    );
}

#[test]
fn without_a_context_or_a_key_in_it_the_trace_is_of_this_project() {
    let own = json!({ "public_key": OWN_KEY });
    assert_eq!(trace_of(None), own);
    assert_eq!(trace_of(Some("sentry-release=1".to_owned())), own);

    for key in [
        "",
        "sentry-public_key=short,",
        "sentry-public_key=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9,",
    ] {
        let context = format!("{key}sentry-release=1,sentry-sample_rate=0.5");
        let expected = json!({ "public_key": OWN_KEY, "sample_rate": "0.5" });
        assert_eq!(trace_of(Some(context)), expected, "{key}");
    }
}

#[test]
fn towards_a_host_with_other_keys_a_key_may_be_anything() {
    let context = "sentry-public_key=any,sentry-release=1".to_owned();
    let expected = json!({ "public_key": "any", "release": "1" });
    assert_eq!(trace_with_key("public", Some(context)), expected);
}
