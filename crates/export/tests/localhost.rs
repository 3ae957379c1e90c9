//! What streamed spans say of where their request was made (rule R13).
#![allow(clippy::unwrap_used)]

mod support;

use sentry_trace_collector::envelope::Envelope as Parsed;
use sentry_trace_export::envelope::{Envelope, Format};
use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::{Transaction, Value};
use serde_json::{Value as Json, json};
use support::{only, transaction};

/// A transaction with so many children, whose root has this op and data.
fn served(op: &'static str, data: &[(&'static str, &'static str)], spans: usize) -> Transaction {
    let mut transaction = transaction("GET /", spans);
    transaction.root.op = op.into();
    for (key, value) in data {
        transaction.root.data.set(*key, *value);
    }
    transaction
}

/// What each span says; null where it says nothing.
fn said(transaction: Transaction) -> Vec<Json> {
    let envelopes = Envelope::write(transaction, Format::SpanStream);
    let spans = envelopes.iter().flat_map(|envelope| {
        let bytes = envelope.to_bytes(Timestamp::default());
        let payload = Parsed::parse(&bytes).unwrap().items[0].json().unwrap();
        payload["items"].as_array().unwrap().clone()
    });
    spans
        .map(|span| span["attributes"]["sentry.is_localhost"].clone())
        .collect()
}

#[test]
fn every_span_of_a_served_request_says_whether_it_was_local() {
    for (host, is_localhost) in [("localhost", true), ("shop.test", false)] {
        let transaction = served("http.server", &[("server.address", host)], 1000);
        let expected = json!({ "type": "boolean", "value": is_localhost });
        assert_eq!(said(transaction), vec![expected; 1001], "{host}");
    }
}

#[test]
fn the_client_counts_where_the_host_is_not_known() {
    let client = ("client.address", "127.0.0.1");
    for (data, is_localhost) in [
        (&[client][..], true),
        (&[("client.address", "203.0.113.9")], false),
        (&[("server.address", "shop.test"), client], false),
        (&[("server.address", ""), client], true),
    ] {
        let said = said(served("http.server", data, 1));
        assert_eq!(said[1]["value"], json!(is_localhost), "{data:?}");
    }
}

#[test]
fn nothing_is_said_where_nothing_is_known() {
    let host = [("server.address", "localhost")];
    for transaction in [served("http.server", &[], 1), served("queue", &host, 1)] {
        assert_eq!(said(transaction), [Json::Null, Json::Null]);
    }
}

#[test]
fn what_a_span_says_itself_counts() {
    let mut transaction = served("http.server", &[("server.address", "localhost")], 1);
    let data = &mut transaction.spans[0].data;
    data.set("sentry.is_localhost", Value::Bool(false));
    let said: Vec<_> = said(transaction.clone())
        .iter()
        .map(|said| said["value"].clone())
        .collect();
    assert_eq!(said, [json!(true), json!(false)]);
    // A parser may take either of two.
    let bytes = only(transaction, Format::SpanStream).to_bytes(Timestamp::default());
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.matches("sentry.is_localhost").count(), 2, "{text}");
}
