//! The routes, over real sockets.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use sentry_trace_collector::{Collector, Limits, Store};
use support::{PATIENCE, get, post, send, transaction};
use tokio::net::TcpStream;

fn simple() -> Vec<u8> {
    transaction(
        "users",
        "GET /users/{id}",
        "aaaaaaaaaaaaaaaa",
        None,
        0.0,
        12.0,
    )
    .envelope()
}

#[tokio::test]
async fn an_envelope_is_answered_with_its_id_and_recorded_with_its_request() {
    let collector = Collector::start().await.unwrap();
    let address = collector.address();
    let dsn = collector.dsn_with("key", "42");
    assert_eq!(dsn, format!("http://key@{address}/42"));

    let body = b"{\"event_id\":\"9ec79c33ec9942ab8353589fcb2e04dc\"}\n";
    let auth = [("X-Sentry-Auth", "Sentry sentry_version=7, sentry_key=key")];
    let with_header = send(address, "POST", "/api/42/envelope/", &auth, body)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(with_header.json()["id"], "9ec79c33ec9942ab8353589fcb2e04dc");
    let with_query = send(
        address,
        "POST",
        "/api/7/envelope?sentry_key=q&x=1",
        &[],
        b"{}",
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(with_query.body, b"{\"id\":null}");

    let received = collector.envelopes();
    assert_eq!(received[0].project.as_deref(), Some("42"));
    assert_eq!(received[0].public_key.as_deref(), Some("key"));
    assert_eq!(
        received[0].auth.as_deref(),
        Some("Sentry sentry_version=7, sentry_key=key")
    );
    assert_eq!(
        received[0].request_header("x-sentry-auth"),
        received[0].auth.as_deref()
    );
    assert_eq!(received[0].size, body.len());
    assert_eq!(received[1].project.as_deref(), Some("7"));
    assert_eq!(received[1].public_key.as_deref(), Some("q"));
    collector.shutdown().await;
}

#[tokio::test]
async fn gzip_and_deflate_are_decoded() {
    let collector = Collector::start().await.unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&simple()).unwrap();
    let mut deflate = ZlibEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(&simple()).unwrap();
    for (encoding, body) in [
        ("gzip", gzip.finish().unwrap()),
        ("deflate", deflate.finish().unwrap()),
    ] {
        let headers = [("content-encoding", encoding)];
        let answer = send(
            collector.address(),
            "POST",
            "/api/1/envelope/",
            &headers,
            &body,
        )
        .await
        .unwrap()
        .unwrap();
        assert_eq!(answer.status, 200, "{encoding}");
    }
    assert_eq!(collector.transactions().len(), 2);
    collector.shutdown().await;
}

#[tokio::test]
async fn what_is_no_envelope_is_refused_with_the_reason() {
    let collector = Collector::start().await.unwrap();
    let answer = post(&collector, b"{}\n{\"type\":\"event\",\"length\":9}\n{}").await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json()["detail"],
        "payload of item 0 at byte 31: 9 bytes are announced, 2 are left"
    );

    let brotli = [("content-encoding", "br")];
    let answer = send(
        collector.address(),
        "POST",
        "/api/1/envelope/",
        &brotli,
        b"x",
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(answer.status, 415);
    let gzip = [("content-encoding", "gzip")];
    let answer = send(collector.address(), "POST", "/api/1/envelope/", &gzip, b"x")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answer.status, 400);

    let counts = collector.read(|store| (store.requests_seen(), store.accepted(), store.refused()));
    assert_eq!(counts, (3, 0, 3));
    assert!(collector.read(|store| store.last_refusal().unwrap().contains("gzip")));
    collector.shutdown().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let collector = Collector::start().await.unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    let megabyte = vec![b'a'; 1024 * 1024];
    for _ in 0..101 {
        gzip.write_all(&megabyte).unwrap();
    }
    let bomb = gzip.finish().unwrap();
    let headers = [("content-encoding", "gzip")];
    let answer = send(
        collector.address(),
        "POST",
        "/api/1/envelope/",
        &headers,
        &bomb,
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(answer.status, 413);
    assert!(collector.envelopes().is_empty());
    collector.shutdown().await;
}

#[tokio::test]
async fn the_stream_route_drops_other_types_as_spotlight_does() {
    let collector = Collector::start().await.unwrap();
    let to_stream = async |content_type: &str| {
        let headers = [("content-type", content_type)];
        send(collector.address(), "POST", "/stream", &headers, &simple())
            .await
            .unwrap()
            .unwrap()
            .status
    };
    assert_eq!(to_stream("text/plain;charset=UTF-8").await, 200);
    assert!(collector.envelopes().is_empty());
    assert_eq!(
        collector.read(|store| (store.accepted(), store.refused())),
        (0, 1)
    );
    assert_eq!(
        to_stream("Application/X-Sentry-Envelope; charset=utf-8").await,
        200
    );
    assert_eq!(collector.envelopes()[0].project, None);
    collector.shutdown().await;
}

#[tokio::test]
async fn browsers_may_post_from_anywhere_but_not_read() {
    let collector = Collector::start().await.unwrap();
    for path in ["/api/1/envelope/", "/api/1/envelope", "/stream"] {
        let asked = [
            ("origin", "https://shop.example"),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "content-type,x-sentry-auth",
            ),
        ];
        let answer = send(collector.address(), "OPTIONS", path, &asked, b"")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(
            answer.header("access-control-allow-headers"),
            Some("content-type,x-sentry-auth")
        );
        assert_eq!(
            answer.header("access-control-allow-methods"),
            Some("POST, OPTIONS")
        );
    }
    assert_eq!(
        post(&collector, &simple())
            .await
            .header("access-control-allow-origin"),
        Some("*")
    );
    assert_eq!(
        get(&collector, "/api/traces")
            .await
            .header("access-control-allow-origin"),
        None
    );
    assert_eq!(collector.read(Store::requests_seen), 1);
    collector.shutdown().await;
}

#[tokio::test]
async fn the_traces_are_served_as_json() {
    let collector = Collector::start().await.unwrap();
    post(&collector, &simple()).await;
    let answer = get(&collector, "/api/traces").await;
    let json = answer.json();
    assert_eq!(
        (&json["total"], &json["accepted"], &json["refused"]),
        (&1.into(), &1.into(), &0.into())
    );
    let trace = &json["traces"][0];
    assert_eq!(trace["trace_id"], support::TRACE);
    assert_eq!(trace["rows"][0]["name"], "GET /users/{id}");
    assert_eq!(trace["rows"][0]["kind"], "transaction");
    assert_eq!(trace["rows"][0]["start_ms"], 0.0);
    assert!((trace["duration_ms"].as_f64().unwrap() - 12.0).abs() < 0.001);

    let etag = answer.header("etag").unwrap().to_owned();
    let known = [("if-none-match", etag.as_str())];
    let again = send(collector.address(), "GET", "/api/traces", &known, b"")
        .await
        .unwrap()
        .unwrap();
    assert_eq!((again.status, again.body.len()), (304, 0));
    collector.clear();
    let changed = send(collector.address(), "GET", "/api/traces", &known, b"")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(changed.json()["total"], 0);
    collector.shutdown().await;
}

#[tokio::test]
async fn one_trace_is_served_with_its_data() {
    let collector = Collector::start().await.unwrap();
    post(&collector, &simple()).await;
    let one = get(&collector, &format!("/api/traces/{}", support::TRACE)).await;
    assert_eq!(one.json()["rows"][0]["data"], serde_json::json!({}));
    assert_eq!(get(&collector, "/api/traces/none").await.status, 404);
    assert_eq!(
        get(&collector, "/api/traces?limit=0").await.json()["traces"],
        serde_json::json!([])
    );
    assert_eq!(get(&collector, "/api/traces?limit=x").await.status, 400);
    collector.shutdown().await;
}

#[tokio::test]
async fn the_page_brings_everything_itself() {
    let collector = Collector::start().await.unwrap();
    for (path, content_type) in [
        ("/", "text/html"),
        ("/page.css", "text/css"),
        ("/page.js", "text/javascript"),
    ] {
        let answer = get(&collector, path).await;
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with(content_type),
            "{path}"
        );
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'"), "{path}");
        let text = String::from_utf8(answer.body).unwrap();
        assert!(
            !text.contains("//cdn") && !text.contains("https://") && !text.contains("innerHTML"),
            "{path}"
        );
        // Without an icon of its own the page would make browsers ask for one.
        assert!(path != "/" || text.contains("<link rel=\"icon\""));
    }
    collector.shutdown().await;
}

#[tokio::test]
async fn other_paths_and_methods_are_refused() {
    let collector = Collector::start().await.unwrap();
    assert_eq!(get(&collector, "/nothing").await.status, 404);
    assert_eq!(get(&collector, "/api//envelope/").await.status, 404);
    let answer = get(&collector, "/api/1/envelope/").await;
    assert_eq!(
        (answer.status, answer.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
    let answer = send(collector.address(), "DELETE", "/api/traces", &[], b"")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(answer.status, 405);
    collector.shutdown().await;
}

#[tokio::test]
async fn only_so_much_is_kept_and_the_rest_is_counted() {
    let limits = Limits::default().envelopes(2);
    let collector = Collector::start_with(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), limits)
        .await
        .unwrap();
    for number in 0..5 {
        let body = transaction(
            "s",
            &format!("GET /{number}"),
            "aaaaaaaaaaaaaaaa",
            None,
            0.0,
            1.0,
        )
        .envelope();
        post(&collector, &body).await;
    }
    let names: Vec<_> = collector
        .transactions()
        .into_iter()
        .map(|read| read.name)
        .collect();
    assert_eq!(names, ["GET /3", "GET /4"]);
    let counts = collector.read(|s| (s.accepted(), s.dropped_envelopes(), s.transaction_count()));
    assert_eq!(counts, (5, 3, 2));
    collector.shutdown().await;

    let collector = Collector::start().await.unwrap();
    post(&collector, &simple()).await;
    let one = collector.read(Store::kept_bytes);
    collector.shutdown().await;
    // The host header is a little longer or shorter with another port.
    let limits = Limits::default().bytes(one * 2 + one / 2);
    let collector = Collector::start_with(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), limits)
        .await
        .unwrap();
    for _ in 0..3 {
        post(&collector, &simple()).await;
    }
    assert_eq!(
        collector.read(|store| (store.dropped_envelopes(), store.transaction_count())),
        (1, 2)
    );
    collector.shutdown().await;
}

#[tokio::test]
async fn small_items_headers_and_records_count_for_what_they_take_in_memory() {
    let limits = Limits::default().bytes(10 * 1024 * 1024);
    let collector = Collector::start_with(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), limits)
        .await
        .unwrap();
    let tiny_items = format!("{{}}\n{}", "{\"type\":\"a\"}\n\n".repeat(1000));
    for _ in 0..20 {
        assert_eq!(post(&collector, tiny_items.as_bytes()).await.status, 200);
    }
    let kept = collector.read(|store| (store.dropped_envelopes(), store.envelopes().count()));
    assert_eq!(kept, (10, 10));
    assert!(collector.read(Store::kept_bytes) <= 10 * 1024 * 1024);

    collector.clear();
    assert_eq!(collector.read(Store::kept_bytes), 0);
    let mut spans = transaction("s", "GET /", "aaaaaaaaaaaaaaaa", None, 0.0, 1.0);
    for number in 0..100 {
        spans = spans.span("db", "q", &number.to_string(), "aaaaaaaaaaaaaaaa", 0.0, 1.0);
    }
    post(&collector, &spans.envelope()).await;
    let records = collector.read(Store::kept_bytes) - spans.envelope().len();
    assert!(records > 100 * 1024, "{records}");

    collector.clear();
    let long = "h".repeat(10_000);
    let headers = [("x-long", long.as_str())];
    send(
        collector.address(),
        "POST",
        "/api/1/envelope/",
        &headers,
        b"{}",
    )
    .await
    .unwrap();
    assert!(collector.read(Store::kept_bytes) > 10_000);
    collector.shutdown().await;
}

#[tokio::test]
async fn waiting_ends_with_the_transaction_or_with_the_time() {
    let collector = Collector::start().await.unwrap();
    let waiter = collector.clone();
    let waiting = tokio::spawn(async move { waiter.wait_for_transactions(2, PATIENCE).await });
    post(&collector, &simple()).await;
    post(&collector, &simple()).await;
    assert_eq!(waiting.await.unwrap().unwrap().len(), 2);

    let timeout = collector
        .wait_for_transactions(3, Duration::from_millis(1))
        .await
        .unwrap_err();
    assert_eq!(timeout.seen, 2);
    assert_eq!(
        timeout.to_string(),
        "not within 1ms; 2 transactions were seen"
    );
    collector.clear();
    assert!(collector.transactions().is_empty() && collector.envelopes().is_empty());
    collector.shutdown().await;
}

#[tokio::test]
async fn after_shutdown_the_port_is_free_and_the_records_stay() {
    let collector = Collector::start().await.unwrap();
    post(&collector, &simple()).await;
    let address = collector.address();
    let idle = TcpStream::connect(address).await.unwrap();
    collector.shutdown().await;
    // Without an await between, the server has no turn to close the port after all.
    assert!(std::net::TcpStream::connect(address).is_err());
    collector.shutdown().await;
    assert_eq!(collector.transactions().len(), 1);
    drop(idle);
    Collector::start_on(address).await.unwrap().shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_senders_lose_nothing() {
    let collector = Collector::start().await.unwrap();
    let senders: Vec<_> = (0..16)
        .map(|_| {
            let collector = collector.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    assert_eq!(post(&collector, &simple()).await.status, 200);
                }
            })
        })
        .collect();
    assert_eq!(
        collector
            .wait_for_transactions(320, PATIENCE)
            .await
            .unwrap()
            .len(),
        320
    );
    for sender in senders {
        sender.await.unwrap();
    }
    collector.shutdown().await;
}
