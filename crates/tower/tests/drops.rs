//! What futures and bodies own is dropped within their request, and before its span ends.

use std::convert::Infallible;
use std::future::pending;
use std::task::{Context, Waker};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, Transaction, start_span};
use sentry_trace_tower::{ClientLayer, ServerLayer};
use tower::{Layer, Service, ServiceExt, service_fn};

type Piece = Result<Frame<Bytes>, std::io::Error>;

/// Works when it is dropped.
struct Connection;

impl Drop for Connection {
    fn drop(&mut self) {
        start_span("release").run(|_| ());
    }
}

fn tracer() -> (Tracer, MemorySink) {
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    (tracer, sink)
}

/// A row and what comes behind it; a span and a connection are open as long as they are there.
fn rows(end: Option<Piece>) -> impl Body<Data = Bytes, Error = std::io::Error> {
    let span = start_span("export").start();
    let connection = Connection;
    let row = Ok(Frame::data(Bytes::from_static(b"row")));
    let frames = futures_util::stream::iter([Some(row), end].into_iter().flatten());
    StreamBody::new(frames.map(move |frame| {
        span.set_data("rows", 1);
        let _held = &connection;
        frame
    }))
}

/// Serves the rows and reads a number of frames.
async fn serve(
    status: u16,
    content_length: Option<u64>,
    end: fn() -> Option<Piece>,
    read: usize,
) -> Transaction {
    let (tracer, sink) = tracer();
    let handler = service_fn(move |_: Request<()>| async move {
        let mut response = Response::new(rows(end()));
        *response.status_mut() = status.try_into().expect("a status");
        if let Some(length) = content_length {
            response
                .headers_mut()
                .insert("content-length", length.into());
        }
        Ok::<_, Infallible>(response)
    });
    let service = ServerLayer::new().tracer(tracer).layer(handler);
    let response = service.oneshot(Request::new(())).await.expect("a response");
    let mut body = Box::pin(response.into_body());
    for _ in 0..read {
        _ = body.frame().await;
    }
    drop(body);
    sink.take().remove(0)
}

fn outcome(transaction: &Transaction) -> (Option<SpanStatus>, Vec<(&str, Option<SpanStatus>)>) {
    let spans = transaction.spans.iter();
    let spans = spans.map(|span| (&*span.name, span.status)).collect();
    (transaction.root.status, spans)
}

#[tokio::test]
async fn a_body_is_dropped_before_the_span_of_its_request_ends() {
    let inner = || vec![("export", None), ("release", None)];
    let whole = (Some(SpanStatus::Ok), inner());
    // Read to its end, and dropped by a server that has counted the bytes.
    assert_eq!(outcome(&serve(200, None, || None, 2).await), whole);
    assert_eq!(outcome(&serve(200, Some(3), || None, 1).await), whole);
    // And where no body is sent.
    assert_eq!(outcome(&serve(204, None, || None, 0).await), whole);
    let trailers = || Some(Ok(Frame::trailers(HeaderMap::new())));
    assert_eq!(outcome(&serve(200, None, trailers, 2).await), whole);
    let broken = || Some(Err(std::io::Error::other("gone")));
    let failed = (Some(SpanStatus::InternalError), inner());
    assert_eq!(outcome(&serve(200, None, broken, 2).await), failed);
    let given_up = (Some(SpanStatus::Cancelled), inner());
    assert_eq!(outcome(&serve(200, None, || None, 1).await), given_up);
}

#[tokio::test]
async fn a_body_may_go_on_after_an_error() {
    let (tracer, sink) = tracer();
    let handler = service_fn(|_: Request<()>| async {
        let frame = |text: &'static str| Ok(Frame::data(Bytes::from_static(text.as_bytes())));
        let frames = [
            frame("a"),
            Err(std::io::Error::other("skipped")),
            frame("c"),
        ];
        Ok::<_, Infallible>(Response::new(StreamBody::new(futures_util::stream::iter(
            frames,
        ))))
    });
    let service = ServerLayer::new().tracer(tracer).layer(handler);
    let response = service.oneshot(Request::new(())).await.expect("a response");
    let mut body = response.into_body();
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        read.push(frame.is_ok());
    }
    assert_eq!(read, [true, false, true]);
    let status = sink.take()[0].root.status;
    assert_eq!(status, Some(SpanStatus::InternalError));
}

#[test]
fn a_future_that_is_cancelled_is_dropped_within_its_span() {
    let (tracer, sink) = tracer();
    let handler = service_fn(|_: Request<()>| async {
        let _connection = Connection;
        pending::<()>().await;
        Ok::<_, Infallible>(Response::new(String::new()))
    });
    let mut service = ServerLayer::new().tracer(tracer).layer(handler);
    let mut hanging = Box::pin(service.call(Request::new(())));
    let polled = hanging
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(hanging);
    let transaction = sink.take().remove(0);
    let released = vec![("release", None)];
    assert_eq!(
        outcome(&transaction),
        (Some(SpanStatus::Cancelled), released)
    );
    let root = Some(transaction.root.span_id);
    assert_eq!(transaction.spans[0].parent_span_id, root);
}

#[tokio::test]
async fn a_clients_future_is_dropped_within_its_span() {
    let (tracer, sink) = tracer();
    let mut client = ClientLayer::new().tracer(tracer.clone()).layer(service_fn(
        |request: Request<bool>| async move {
            let _connection = Connection;
            if *request.body() {
                pending::<()>().await;
            }
            Ok::<_, Infallible>(Response::new(String::new()))
        },
    ));
    let root = tracer.start_new_trace().start_span("root").start();
    let exchange = async {
        client.call(Request::new(false)).await.expect("a response");
        let mut hanging = Box::pin(client.call(Request::new(true)));
        let polled = hanging
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    };
    exchange.in_trace_span(root).await;
    let transaction = sink.take().remove(0);
    let [done, released, cancelled, released_too] = &transaction.spans[..] else {
        panic!("{:#?}", transaction.spans);
    };
    assert_eq!(done.status, Some(SpanStatus::Ok));
    assert_eq!(released.parent_span_id, Some(done.span_id));
    assert_eq!(cancelled.status, Some(SpanStatus::Cancelled));
    assert_eq!(released_too.parent_span_id, Some(cancelled.span_id));
}
