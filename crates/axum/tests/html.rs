//! Pages of an axum router, over a socket.
#![allow(clippy::unwrap_used)]

use std::net::SocketAddr;

use axum::Router;
use axum::http::header::{CACHE_CONTROL, ETAG};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use sentry_trace_axum::{InjectMetaLayer, ServerTimingLayer, TraceLayer, TraceMeta};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer, start_span};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PAGE: &str = "<!doctype html><html><head><title>a</title></head><body>b</body></html>";

/// A service that is up, and what it records.
struct Service {
    address: SocketAddr,
    sink: MemorySink,
}

impl Service {
    async fn start(routes: Router) -> Self {
        let sink = MemorySink::new();
        let options = Options::new().ignore_environment().traces_sample_rate(1.0);
        let tracer = Tracer::new(options.inline_sink(sink.clone())).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = routes.layer(TraceLayer::new().tracer(tracer));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, sink }
    }

    /// The head and the body of an answer.
    async fn ask(&self, method: &str, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    /// What the tag of a page names: trace and span.
    fn named(&self) -> String {
        let transaction = self.sink.take().remove(0);
        format!("{}-{}-1", transaction.trace_id, transaction.root.span_id)
    }
}

#[tokio::test]
async fn handlers_take_the_tags() {
    async fn page(trace_meta: TraceMeta) -> Html<String> {
        start_span("render").run(|_| Html(format!("<head>{trace_meta}</head>")))
    }
    let service = Service::start(Router::new().route("/", get(page))).await;
    let (_, body) = service.ask("GET", "/").await;
    let start = format!(
        "<head><meta name=\"sentry-trace\" content=\"{}\"><meta name=\"baggage\" ",
        service.named()
    );
    assert!(body.starts_with(&start), "{body}");
    assert!(
        body.contains("sentry-transaction=GET%20%2F,")
            || body.contains("sentry-transaction=GET%20%2F\""),
        "{body}"
    );
}

#[tokio::test]
async fn pages_get_the_tags_and_the_right_length() {
    let routes = Router::new()
        .route("/page", get(|| async { ([(ETAG, "\"a\"")], Html(PAGE)) }))
        .route(
            "/public",
            get(|| async { ([(CACHE_CONTROL, "public")], Html(PAGE)).into_response() }),
        )
        .route("/text", get(|| async { PAGE }));
    let service = Service::start(routes.layer(InjectMetaLayer::new())).await;
    let (head, body) = service.ask("GET", "/page").await;
    let at = "<!doctype html><html><head>".len();
    let start = format!(
        "<meta name=\"sentry-trace\" content=\"{}\"><meta name=\"baggage\" ",
        service.named()
    );
    assert!(
        body[at..].starts_with(&start)
            && body.ends_with("<title>a</title></head><body>b</body></html>"),
        "{body}"
    );
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{head}"
    );
    assert!(!head.contains("etag"), "{head}");
    for path in ["/public", "/text"] {
        assert_eq!(service.ask("GET", path).await.1, PAGE);
    }
    let (head, body) = service.ask("HEAD", "/page").await;
    assert!(
        !head.contains("content-length") && body.is_empty(),
        "{head}"
    );
}

#[tokio::test]
async fn server_timing_names_the_trace_of_anything() {
    let routes = Router::new().route("/", get(|| async { "text" }));
    let service = Service::start(routes.layer(ServerTimingLayer::new())).await;
    let (head, body) = service.ask("GET", "/").await;
    assert!(
        head.contains(&format!(
            "server-timing: sentry-trace;desc=\"{}\", baggage;desc=\"",
            service.named()
        )),
        "{head}"
    );
    assert_eq!(body, "text");
}
