//! What an event says of the request that its root serves (rule R13).
#![allow(clippy::unwrap_used)]

mod support;

use sentry_trace_collector::envelope::Envelope as Parsed;
use sentry_trace_export::envelope::Format;
use sentry_trace_runtime::Value;
use sentry_trace_runtime::clock::Timestamp;
use serde_json::{Value as Json, json};
use support::{only, transaction};

/// The request of an event whose root has this op and data; null where there is none.
fn request(op: &'static str, data: &[(&'static str, Value)]) -> Json {
    let mut transaction = transaction("GET /orders/{id}", 1);
    transaction.root.op = op.into();
    for (key, value) in data {
        transaction.root.data.set(*key, value.clone());
    }
    let bytes = only(transaction, Format::Transaction).to_bytes(Timestamp::default());
    let event = Parsed::parse(&bytes).unwrap().items[0].json().unwrap();
    event["request"].clone()
}

#[test]
fn a_served_request_stands_in_the_event() {
    let data = [
        ("http.request.method", "GET".into()),
        ("url.path", "/orders/7".into()),
        ("url.scheme", "https".into()),
        ("server.address", "shop.test".into()),
        ("server.port", 8443.into()),
        ("user_agent.original", "storefront/1.0".into()),
        ("url.query", "page=2&token=[Filtered]".into()),
        ("client.address", "203.0.113.9".into()),
        ("http.request.header.x-tenant", "blue".into()),
    ];
    let expected = json!({
        "method": "GET",
        "url": "https://shop.test:8443/orders/7",
        "query_string": "page=2&token=[Filtered]",
        "headers": { "User-Agent": "storefront/1.0" },
    });
    assert_eq!(request("http.server", &data), expected);
    for op in ["http.client", "", "queue.process"] {
        assert_eq!(request(op, &data), Json::Null, "{op}");
    }
}

#[test]
fn what_is_not_known_is_left_out() {
    assert_eq!(request("http.server", &[]), Json::Null);
    let data = [
        ("url.path", "/orders/7".into()),
        ("http.request.method", "POST".into()),
    ];
    assert_eq!(request("http.server", &data[..1]), Json::Null);
    assert_eq!(request("http.server", &data), json!({ "method": "POST" }));
    let agent = ("user_agent.original", "Googlebot/2.1".into());
    let expected = json!({ "headers": { "User-Agent": "Googlebot/2.1" } });
    assert_eq!(request("http.server", &[agent]), expected);
}

#[test]
fn a_url_has_a_port_that_is_not_its_schemes() {
    for (scheme, host, port, path, expected) in [
        (Some("http"), "a.test", Some(80), "/", "http://a.test/"),
        (Some("https"), "a.test", Some(443), "/", "https://a.test/"),
        (
            Some("https"),
            "a.test",
            Some(80),
            "/x",
            "https://a.test:80/x",
        ),
        (Some("https"), "a.test", None, "/x", "https://a.test/x"),
        (None, "[::1]", Some(8080), "/x", "http://[::1]:8080/x"),
        (Some("http"), "a.test", None, "*", "http://a.test"),
        (Some("http"), "a.test", None, "", "http://a.test"),
    ] {
        let mut data = vec![
            ("server.address", host.into()),
            ("url.path", Value::from(path)),
        ];
        data.extend(scheme.map(|scheme| ("url.scheme", scheme.into())));
        data.extend(port.map(|port| ("server.port", port.into())));
        let request = request("http.server", &data);
        assert_eq!(request, json!({ "url": expected }));
    }
}
