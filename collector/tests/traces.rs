//! Records, traces and trees of envelopes that came over a socket.
#![allow(clippy::unwrap_used)]

mod support;

use sentry_trace_collector::{Collector, NodeKind, Trace, tree};
use serde_json::json;
use support::{PATIENCE, Sent, TRACE, envelope, item, post, transaction};

async fn collected(envelopes: &[Vec<u8>]) -> Collector {
    let collector = Collector::start().await.unwrap();
    for bytes in envelopes {
        assert_eq!(post(&collector, bytes).await.status, 200);
    }
    collector
}

async fn trace_of(transactions: &[Sent]) -> Trace {
    let envelopes: Vec<_> = transactions.iter().map(Sent::envelope).collect();
    let collector = collected(&envelopes).await;
    let mut traces = collector.traces();
    collector.shutdown().await;
    assert_eq!(traces.len(), 1);
    traces.remove(0)
}

/// The callees arrive first, as they do.
fn shop() -> [Sent; 3] {
    [
        transaction(
            "stock",
            "GET /items/{sku}",
            "cccccccccccccccc",
            Some("aaaaaaaaaaaaaaa2"),
            6.0,
            12.5,
        )
        .span(
            "db",
            "SELECT count FROM stock WHERE sku = $1 AND warehouse = $2",
            "ccccccccccccccc1",
            "cccccccccccccccc",
            7.0,
            11.0,
        )
        .with("/contexts/trace/status", json!("not_found")),
        transaction(
            "payment",
            "POST /charges",
            "dddddddddddddddd",
            Some("aaaaaaaaaaaaaaa3"),
            16.0,
            38.0,
        ),
        transaction(
            "storefront",
            "GET /checkout",
            "aaaaaaaaaaaaaaaa",
            None,
            0.0,
            42.1,
        )
        .span(
            "function",
            "validate basket",
            "aaaaaaaaaaaaaaa1",
            "aaaaaaaaaaaaaaaa",
            1.0,
            4.0,
        )
        .span(
            "http.client",
            "GET http://stock/items/4711",
            "aaaaaaaaaaaaaaa2",
            "aaaaaaaaaaaaaaa1",
            2.0,
            3.5,
        )
        .span(
            "http.client",
            "POST http://payment/charges",
            "aaaaaaaaaaaaaaa3",
            "aaaaaaaaaaaaaaaa",
            15.0,
            40.0,
        ),
    ]
}

#[tokio::test]
async fn a_trace_across_services_is_one_tree() {
    let trace = trace_of(&shop()).await;
    assert!(trace.is_connected());
    assert_eq!(trace.services(), ["storefront", "stock", "payment"]);
    let roots = trace.roots();
    assert_eq!(
        roots
            .iter()
            .map(|node| node.span.name.as_str())
            .collect::<Vec<_>>(),
        ["GET /checkout"]
    );
    let expected = "\
trace 771a43a4192642f0b136d5159a501700  3 transactions, 4 spans, 3 services, 42.1 ms
storefront  GET /checkout                                  http.server  ok          0.0 ms  +42.1 ms
            ├─ validate basket                             function     ok          1.0 ms   +3.0 ms
            │  └─ GET http://stock/items/4711              http.client  ok          2.0 ms   +1.5 ms
stock       │     └─ GET /items/{sku}                      http.server  not_found   6.0 ms   +6.5 ms
            │        └─ SELECT count FROM stock WHERE sk…  db           ok          7.0 ms   +4.0 ms
            └─ POST http://payment/charges                 http.client  ok         15.0 ms  +25.0 ms
payment        └─ POST /charges                            http.server  ok         16.0 ms  +22.0 ms
";
    let drawn = tree::render(&trace);
    assert_eq!(drawn, expected);
    assert!(drawn.lines().all(|line| line.chars().count() <= 100));
    assert_eq!(tree::render(&trace), drawn);
}

#[tokio::test]
async fn the_order_of_arrival_does_not_change_the_tree() {
    let [stock, payment, storefront] = shop();
    let drawn = tree::render(&trace_of(&[storefront, payment, stock]).await);
    assert_eq!(drawn, tree::render(&trace_of(&shop()).await));
}

#[tokio::test]
async fn a_transaction_with_an_unknown_parent_is_reported() {
    let lost = transaction(
        "stock",
        "GET /",
        "cccccccccccccccc",
        Some("eeeeeeeeeeeeeeee"),
        1.0,
        2.0,
    );
    let root = transaction("storefront", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 3.0).span(
        "db",
        "query",
        "aaaaaaaaaaaaaaa1",
        "ffffffffffffffff",
        1.0,
        2.0,
    );
    let trace = trace_of(&[root, lost]).await;
    assert!(!trace.is_connected());
    let unconnected = trace.unconnected();
    assert_eq!(unconnected.len(), 1);
    assert_eq!(unconnected[0].kind, NodeKind::Transaction);
    assert_eq!(unconnected[0].service, "stock");
    assert_eq!(
        unconnected[0].span.parent_span_id.as_deref(),
        Some("eeeeeeeeeeeeeeee")
    );
    assert_eq!(trace.orphan_spans()[0].span.span_id, "aaaaaaaaaaaaaaa1");
    let drawn = tree::render(&trace);
    let note =
        "unconnected: transaction cccccccccccccccc, its parent eeeeeeeeeeeeeeee is not above it\n";
    assert!(drawn.ends_with(note), "{drawn}");
    assert!(drawn.contains("└─ query"), "{drawn}");
}

#[tokio::test]
async fn transactions_that_are_each_others_parents_are_not_connected() {
    let a = transaction(
        "a",
        "GET /",
        "aaaaaaaaaaaaaaaa",
        Some("bbbbbbbbbbbbbbbb"),
        0.0,
        1.0,
    );
    let b = transaction(
        "b",
        "GET /",
        "bbbbbbbbbbbbbbbb",
        Some("aaaaaaaaaaaaaaaa"),
        0.0,
        1.0,
    );
    assert!(!trace_of(&[a, b]).await.is_connected());
}

#[tokio::test]
async fn a_transaction_below_its_own_span_is_shown_and_not_connected() {
    let circular = transaction(
        "a",
        "GET /",
        "aaaaaaaaaaaaaaaa",
        Some("aaaaaaaaaaaaaaa1"),
        0.0,
        2.0,
    )
    .span(
        "db",
        "query",
        "aaaaaaaaaaaaaaa1",
        "eeeeeeeeeeeeeeee",
        0.0,
        1.0,
    );
    let trace = trace_of(&[circular]).await;
    assert_eq!(trace.rows().len(), 2);
    assert!(!trace.is_connected());
}

#[tokio::test]
async fn names_that_are_long_deep_or_hostile_stay_within_the_lines() {
    let mut deep = transaction(
        "a-service-with-a-long-name",
        "line\nbreak\u{1b}[31m",
        "id00",
        None,
        0.0,
        9.0,
    );
    for level in 0..40 {
        let (id, parent) = (format!("id{:02}", level + 1), format!("id{level:02}"));
        deep = deep.span(
            "an.operation.of.many.parts",
            "näme of a span that is very long",
            &id,
            &parent,
            1.0,
            2.0,
        );
    }
    let drawn = tree::render(&trace_of(&[deep]).await);
    assert_eq!(drawn.lines().count(), 42);
    assert!(drawn.lines().last().unwrap().contains("└─ näme"), "{drawn}");
    assert!(
        drawn.lines().all(|line| line.chars().count() <= 100),
        "{drawn}"
    );
    assert!(!drawn.contains('\u{1b}'));
}

#[tokio::test]
async fn traces_stand_newest_first_by_their_first_part() {
    let of = |trace: &str, span: &str| {
        transaction("s", "GET /", span, None, 0.0, 1.0)
            .with("/contexts/trace/trace_id", json!(trace))
            .envelope()
    };
    let collector = collected(&[of("old", "1"), of("new", "2"), of("old", "3")]).await;
    let ids: Vec<_> = collector
        .traces()
        .into_iter()
        .map(|trace| trace.trace_id)
        .collect();
    assert_eq!(ids, ["new", "old"]);
    assert_eq!(collector.traces()[1].transactions.len(), 2);
    assert_eq!(collector.read(|store| store.newest_traces(1).len()), 1);
    collector.shutdown().await;
}

#[tokio::test]
async fn a_transaction_is_read_with_all_its_parts() {
    let payload = json!({
        "transaction": "GET /a", "transaction_info": {"source": "route"}, "release": "r@1", "environment": "test",
        "server_name": "", "start_timestamp": "2023-11-14T22:13:20Z", "timestamp": "2023-11-14T23:13:20.25+01:00",
        "contexts": {"trace": {"trace_id": TRACE, "span_id": "aaaaaaaaaaaaaaaa", "parent_span_id": null,
            "op": "http.server", "status": "ok", "origin": "auto.http.axum", "data": {"http.route": "/a"}}},
    });
    let mut bytes =
        b"{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\",\"trace\":{\"public_key\":\"k\"}}\n"
            .to_vec();
    bytes.extend(item("transaction", &payload).bytes());
    let collector = collected(&[bytes]).await;
    let read = collector
        .wait_for_transactions(1, PATIENCE)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(
        read.event_id.as_deref(),
        Some("9ec79c33ec9942ab8353589fcb2e04dc")
    );
    assert_eq!(
        (read.name.as_str(), read.source.as_deref()),
        ("GET /a", Some("route"))
    );
    assert_eq!(
        (read.release.as_deref(), read.environment.as_deref()),
        (Some("r@1"), Some("test"))
    );
    assert_eq!(
        (read.server_name.as_deref(), read.service.as_str()),
        (None, "test")
    );
    assert_eq!(
        (read.trace_id(), read.span_id(), read.parent_span_id()),
        (TRACE, "aaaaaaaaaaaaaaaa", None)
    );
    assert_eq!(
        (read.root.start, read.root.end),
        (1_700_000_000.0, 1_700_000_000.25)
    );
    assert_eq!(read.root.origin.as_deref(), Some("auto.http.axum"));
    assert_eq!(read.root.data["http.route"], "/a");
    assert_eq!(read.trace_header.unwrap()["public_key"], "k");
    assert_eq!(read.json, payload);
    collector.shutdown().await;
}

#[tokio::test]
async fn the_service_is_named_by_the_first_of_tag_server_environment_and_key() {
    let base = |more: serde_json::Value| {
        let mut payload = transaction("host", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 1.0)
            .json()
            .clone();
        payload
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        envelope(&[item("transaction", &payload)])
    };
    let by_key = br#"{"dsn":"http://key@127.0.0.1/1"}"#.to_vec();
    let no_name = base(json!({"server_name": null}));
    let by_key = [by_key.as_slice(), &no_name[2..]].concat();
    let collector = collected(&[
        base(json!({"tags": {"service": "tag"}})),
        base(json!({"tags": [["a", "b"], ["service", "pair"]]})),
        base(json!({})),
        base(json!({"server_name": null, "environment": "env"})),
        by_key,
        no_name,
    ])
    .await;
    let services: Vec<_> = collector
        .transactions()
        .into_iter()
        .map(|read| read.service)
        .collect();
    assert_eq!(services, ["tag", "pair", "host", "env", "key", "unknown"]);
    collector.shutdown().await;
}

#[tokio::test]
async fn streamed_spans_join_the_trace() {
    let streamed = json!({"items": [
        {"trace_id": TRACE, "span_id": "eeeeeeeeeeeeeee1", "parent_span_id": "eeeeeeeeeeeeeeee", "name": "render",
         "status": "error", "is_segment": false, "start_timestamp": 1_700_000_000.011, "end_timestamp": 1_700_000_000.012,
         "attributes": {"sentry.op": {"type": "string", "value": "template"}, "service.name": {"type": "string", "value": "web"}}},
        {"trace_id": TRACE, "span_id": "eeeeeeeeeeeeeeee", "parent_span_id": "aaaaaaaaaaaaaaa1", "name": "GET /web",
         "status": "ok", "is_segment": true, "start_timestamp": 1_700_000_000.01, "end_timestamp": 1_700_000_000.02,
         "attributes": {"service.name": {"type": "string", "value": "web"}, "sentry.origin": {"type": "string", "value": "auto"}}},
    ]});
    let payload = streamed.to_string();
    let streamed = format!(
        "{{\"type\":\"span\",\"item_count\":2,\"content_type\":\"application/vnd.sentry.items.span.v2+json\"}}\n{payload}\n"
    );
    let root = transaction("front", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 30.0).span(
        "http.client",
        "GET http://web/web",
        "aaaaaaaaaaaaaaa1",
        "aaaaaaaaaaaaaaaa",
        5.0,
        25.0,
    );
    let collector = collected(&[envelope(&[streamed]), root.envelope()]).await;
    let trace = collector.traces().remove(0);
    collector.shutdown().await;

    assert!(trace.is_connected());
    assert_eq!(trace.spans[1].span.origin.as_deref(), Some("auto"));
    let rows = trace.rows();
    let seen: Vec<_> = rows
        .iter()
        .map(|row| (row.depth, row.node.kind, row.node.service.as_str()))
        .collect();
    let expected = [
        (0, NodeKind::Transaction, "front"),
        (1, NodeKind::Span, "front"),
        (2, NodeKind::Segment, "web"),
        (3, NodeKind::Span, "web"),
    ];
    assert_eq!(seen, expected);
    assert!(rows[3].node.failed() && !rows[2].node.failed());
}

#[tokio::test]
async fn events_and_client_reports_are_kept_and_found() {
    let event = json!({
        "event_id": "9ec79c33ec9942ab8353589fcb2e04dc", "level": "error", "server_name": "stock",
        "exception": {"values": [{"type": "Cause", "value": "a"}, {"type": "Error", "value": "b"}]},
        "contexts": {"trace": {"trace_id": TRACE, "span_id": "aaaaaaaaaaaaaaaa"}},
    });
    let report = json!({"timestamp": 1, "discarded_events": [
        {"reason": "queue_overflow", "category": "span", "quantity": 12},
    ]});
    let both = envelope(&[item("event", &event), item("client_report", &report)]);
    let root = transaction("stock", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 1.0).envelope();
    let collector = collected(&[both, root]).await;

    let read = collector.events().remove(0);
    assert_eq!(
        (read.title.as_str(), read.span_id.as_deref()),
        ("Error: b", Some("aaaaaaaaaaaaaaaa"))
    );
    assert_eq!(collector.traces()[0].events, [read]);
    let discarded = &collector.client_reports()[0].discarded[0];
    assert_eq!(
        (
            discarded.reason.as_str(),
            discarded.category.as_str(),
            discarded.quantity
        ),
        ("queue_overflow", "span", 12)
    );
    collector.shutdown().await;
}

#[tokio::test]
async fn a_second_item_with_spans_is_refused() {
    let span = json!({"trace_id": "a", "span_id": "b", "name": "x", "start_timestamp": 1, "end_timestamp": 2});
    let spans = json!({"items": [span]}).to_string();
    let header = json!({
        "type": "span",
        "item_count": 1,
        "content_type": "application/vnd.sentry.items.span.v2+json",
    });
    let item = format!("{header}\n{spans}\n");
    let collector = collected(&[envelope(&[item.clone(), item])]).await;
    let reasons = collector.read(|store| store.unreadable().map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(
        reasons,
        ["item 1 (span): an envelope has at most one item with spans"]
    );
    assert_eq!(collector.read(|store| store.spans().count()), 1);
    collector.shutdown().await;
}

#[tokio::test]
async fn items_that_cannot_be_read_are_reported_and_hide_no_others() {
    let no_trace =
        json!({"transaction": "GET /", "start_timestamp": 1, "timestamp": 2, "contexts": {}});
    let good = transaction("s", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 1.0);
    let bad_time = transaction("s", "GET /", "bbbbbbbbbbbbbbbb", None, 0.0, 1.0)
        .span("db", "q", "bbbbbbbbbbbbbbb1", "bbbbbbbbbbbbbbbb", 0.0, 1.0)
        .with("/spans/0/timestamp", json!("soon"));
    let items = [
        item("transaction", &no_trace),
        item("transaction", good.json()),
        item("transaction", bad_time.json()),
        "{\"type\":\"event\"}\nnothing\n".to_owned(),
        item("session", &json!({})),
    ];
    let collector = collected(&[envelope(&items)]).await;
    assert_eq!(collector.transactions().len(), 1);
    let reasons = collector.read(|store| store.unreadable().map(str::to_owned).collect::<Vec<_>>());
    let expected = [
        "item 0 (transaction): `contexts.trace` is missing",
        "item 2 (transaction): `timestamp` of spans[0] is not a time: \"soon\"",
        "item 3 (event): not JSON: expected ident at line 1 column 2",
    ];
    assert_eq!(reasons, expected);
    assert_eq!(collector.envelopes()[0].envelope.items.len(), 5);
    collector.shutdown().await;
}
