//! What bodies own is dropped within their request, and before its span ends.

mod common;

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody, SizedStream};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes};
use actix_web::{App, Error, HttpResponse, HttpResponseBuilder, test};
use common::{Served, status, tracer_with, wait_for_one};
use futures_util::{FutureExt, Stream, StreamExt, future, stream};
use sentry_trace_actix::TraceMiddleware;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Options, Span, start_span};

/// Works when it is dropped.
struct Connection {
    _export: Span,
}

impl Connection {
    fn open() -> Self {
        let _export = start_span("export rows").start();
        Self { _export }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        start_span("release connection").run(|_| ());
    }
}

/// Rows; a span and a connection are open as long as they are there.
fn rows(
    rows: impl IntoIterator<Item = Result<&'static str, Error>>,
) -> impl Stream<Item = Result<Bytes, Error>> {
    let connection = Connection::open();
    stream::iter(rows.into_iter().collect::<Vec<_>>()).map(move |row| {
        _ = &connection;
        row.map(Bytes::from)
    })
}

/// A body whose bytes are there at once.
struct Page(Connection);

impl MessageBody for Page {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(4)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        unreachable!("its bytes are taken at once")
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        drop(self.0);
        Ok(Bytes::from_static(b"page"))
    }
}

/// Each response has a status that is in its path.
async fn answer(path: web::Path<(u16, String)>) -> HttpResponse<BoxBody> {
    let (status, body) = path.into_inner();
    let status = StatusCode::from_u16(status).expect("a status");
    let mut response = HttpResponseBuilder::new(status);
    let two = [Ok("1"), Ok("2")];
    match &*body {
        "stream" => response.streaming(rows(two)),
        "sized" => response.body(SizedStream::new(2, rows(two))),
        "long" => response.body(SizedStream::new(9, rows(two))),
        "empty" => response.body(SizedStream::new(0, rows([]))),
        "broken" => response.streaming(rows([Ok("1"), Err(gone()), Ok("2")])),
        _ => unreachable!("{body}"),
    }
}

fn gone() -> Error {
    std::io::Error::other("the database is gone").into()
}

/// Both spans belong to the request, and neither was cut off.
fn assert_whole(transaction: &Transaction, context: &str) {
    let spans = transaction.spans.iter();
    let spans = spans.map(|span| (&*span.name, span.status, span.parent_span_id));
    let root = Some(transaction.root.span_id);
    assert_eq!(
        spans.collect::<Vec<_>>(),
        [
            ("export rows", None, root),
            ("release connection", None, root)
        ],
        "{context}"
    );
}

#[actix_web::test]
async fn what_a_body_owns_ends_before_the_span() {
    let methods: [&str; 0] = [];
    let (sink, tracer) = tracer_with(Options::new().trace_ignore_methods(methods));
    let traces = tracer.clone();
    let served = Served::start(move || {
        App::new()
            .route("/{status}/{body}", web::get().to(answer))
            .route("/{status}/{body}", web::head().to(answer))
            .wrap(TraceMiddleware::new().tracer(traces.clone()))
    });
    let rows = [
        ("GET", "/200/stream", "ok"),
        ("GET", "/200/sized", "ok"),
        ("GET", "/200/empty", "ok"),
        ("GET", "/401/sized", "unauthenticated"),
        ("GET", "/200/broken", "internal_error"),
        ("GET", "/204/stream", "ok"),
        ("GET", "/204/sized", "ok"),
        ("GET", "/304/sized", "ok"),
        ("GET", "/101/empty", "ok"),
        ("HEAD", "/200/stream", "ok"),
        ("HEAD", "/200/sized", "ok"),
        ("HEAD", "/200/empty", "ok"),
    ];
    for (method, path, expected) in rows {
        served.request(method, path, "").await;
        let transaction = wait_for_one(&sink);
        assert_eq!(status(&transaction), expected, "{method} {path}");
        assert_whole(&transaction, path);
    }
    assert_eq!(tracer.stats().late_spans, 0);
}

#[actix_web::test]
async fn what_a_cancelled_handler_owns_ends_before_the_span() {
    let (sink, tracer) = tracer_with(Options::new());
    let hang = || async {
        let _connection = Connection::open();
        future::pending::<HttpResponse>().await
    };
    let app = App::new()
        .route("/", web::get().to(hang))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    let mut hanging = Box::pin(app.call(test::TestRequest::get().to_request()));
    assert!(hanging.as_mut().now_or_never().is_none());
    drop(hanging);
    let transaction = wait_for_one(&sink);
    assert_eq!(status(&transaction), "cancelled");
    assert_whole(&transaction, "cancelled");
}

#[actix_web::test]
async fn an_upgrade_ends_the_span_and_not_the_stream() {
    let (sink, tracer) = tracer_with(Options::new());
    let app = App::new()
        .route("/{status}/{body}", web::route().to(answer))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    for (method, path) in [
        (Method::GET, "/101/stream"),
        (Method::CONNECT, "/200/stream"),
    ] {
        let request = test::TestRequest::with_uri(path).method(method.clone());
        let response = test::call_service(&app, request.to_request()).await;
        assert_eq!(status(&wait_for_one(&sink)), "ok", "{method}");
        assert_eq!(test::read_body(response).await, "12");
    }
}

#[actix_web::test]
async fn a_body_is_the_same_to_who_reads_it() {
    let (sink, tracer) = tracer_with(Options::new());
    let app = App::new()
        .route("/{status}/{body}", web::get().to(answer))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    // A body may go on after an error, and says how long it is also at its end.
    for (path, chunks, size, expected) in [
        (
            "/200/broken",
            vec![Some(true), Some(false), Some(true), None],
            BodySize::Stream,
            "internal_error",
        ),
        (
            "/200/long",
            vec![Some(true), Some(true), None],
            BodySize::Sized(9),
            "ok",
        ),
    ] {
        let request = test::TestRequest::get().uri(path).to_request();
        let response = test::call_service(&app, request).await;
        let mut body = Box::pin(response.into_body());
        for expected in chunks {
            assert_eq!(body.size(), size);
            assert_eq!(sink.take().len(), 0);
            let chunk = future::poll_fn(|cx| body.as_mut().poll_next(cx)).await;
            assert_eq!(chunk.map(|chunk| chunk.is_ok()), expected);
        }
        assert_eq!(body.size(), size);
        let transaction = wait_for_one(&sink);
        assert_eq!(status(&transaction), expected);
        assert_whole(&transaction, path);
        assert!(
            future::poll_fn(|cx| body.as_mut().poll_next(cx))
                .await
                .is_none()
        );
    }
}

#[actix_web::test]
async fn what_a_body_owns_whose_bytes_are_taken_at_once() {
    let (sink, tracer) = tracer_with(Options::new());
    let app = App::new()
        .route("/", web::get().to(HttpResponse::Ok))
        .wrap_fn(|request, service| {
            let response = service.call(request);
            let page = |_: &mut _, _| Page(Connection::open());
            response.map(move |response| response.map(|response| response.map_body(page)))
        })
        .wrap(TraceMiddleware::new().tracer(tracer))
        // Whoever boxes a body takes all its bytes at once, where they are there.
        .wrap_fn(|request, service| {
            let response = service.call(request);
            response.map(|response| response.map(ServiceResponse::map_into_boxed_body))
        });
    let app = test::init_service(app).await;
    let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
    assert_eq!(test::read_body(response).await, "page");
    assert_whole(&wait_for_one(&sink), "page");
}
