//! When spans end: bodies as servers and clients treat them, without a server.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, StreamBody};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, start_span};
use sentry_trace_tower::{ClientLayer, ServerLayer};
use tower::{Layer, ServiceExt, service_fn};

type Piece = Result<Frame<Bytes>, std::io::Error>;
type Frames = Vec<Piece>;

fn body(frames: Frames) -> impl Body<Data = Bytes, Error = std::io::Error> + Unpin {
    StreamBody::new(futures_util::stream::iter(frames))
}

/// Knows its size, but not that it is at its end.
struct Measured<B> {
    body: B,
    size: u64,
}

impl<B: Body + Unpin> Body for Measured<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size)
    }
}

fn data(text: &'static str) -> Piece {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

fn trailers(status: &'static str) -> Piece {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", status.parse().expect("a header value"));
    Ok(Frame::trailers(trailers))
}

fn tracer() -> (Tracer, MemorySink) {
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    (tracer, sink)
}

#[tokio::test]
async fn an_upgrade_ends_the_span_whatever_becomes_of_the_body() {
    let (tracer, sink) = tracer();
    let open = || StreamBody::new(futures_util::stream::pending::<Piece>());
    let handler = service_fn(move |_: Request<()>| async move {
        let response = Response::builder().status(101).body(open());
        Ok::<_, Infallible>(response.expect("a response"))
    });
    let service = ServerLayer::new().tracer(tracer).layer(handler);
    let response = service.oneshot(Request::new(())).await;
    assert_eq!(sink.take()[0].root.status, Some(SpanStatus::Ok));
    drop(response);
}

/// Serves one response, of which a number of frames is read.
async fn serve(response: http::response::Builder, frames: Frames, read: usize) -> SpanStatus {
    answer(Request::new(()), response, frames, read).await
}

/// Serves one response to this request.
async fn answer(
    request: Request<()>,
    response: http::response::Builder,
    frames: Frames,
    read: usize,
) -> SpanStatus {
    let response = response.body(body(frames)).expect("a response");
    answer_with(request, response, read).await
}

/// Serves this response to this request.
async fn answer_with<B>(request: Request<()>, response: Response<B>, read: usize) -> SpanStatus
where
    B: Body<Data = Bytes, Error = std::io::Error> + Unpin,
{
    let (tracer, sink) = tracer();
    let answer = Mutex::new(Some(response));
    let service = ServerLayer::new()
        .tracer(tracer)
        .layer(service_fn(|_: Request<()>| {
            let response = answer.lock().expect("no panic").take().expect("one call");
            async { Ok::<_, Infallible>(response) }
        }));
    let response = service.oneshot(request).await.expect("a response");
    let mut body = response.into_body();
    for _ in 0..read {
        body.frame().await;
    }
    drop(body);
    sink.take()[0].root.status.expect("a status")
}

/// Sends one gRPC call, of whose response a number of frames is read.
async fn call(response: http::response::Builder, frames: Frames, read: usize) -> SpanStatus {
    exchange(grpc_request(), response, frames, read).await
}

/// Sends one request, of whose response a number of frames is read.
async fn exchange(
    request: Request<()>,
    response: http::response::Builder,
    frames: Frames,
    read: usize,
) -> SpanStatus {
    let (tracer, sink) = tracer();
    let response = response.body(body(frames)).expect("a response");
    let answer = Mutex::new(Some(response));
    let client = ClientLayer::new()
        .tracer(tracer.clone())
        .layer(service_fn(|_: Request<()>| {
            let response = answer.lock().expect("no panic").take().expect("one call");
            async { Ok::<_, Infallible>(response) }
        }));
    let root = tracer.start_new_trace().start_span("root").start();
    let exchange = async {
        let response = client.oneshot(request).await.expect("a response");
        let mut body = response.into_body();
        for _ in 0..read {
            body.frame().await;
        }
    };
    exchange.in_trace_span(root).await;
    sink.take()[0].spans[0].status.expect("a status")
}

fn post(content_type: &str) -> Request<()> {
    let request = Request::post("/package.Service/Method").header("content-type", content_type);
    request.body(()).expect("a request")
}

fn grpc_request() -> Request<()> {
    post("application/grpc")
}

fn grpc() -> http::response::Builder {
    Response::builder().header("content-type", "application/grpc")
}

#[tokio::test]
async fn a_body_that_gave_all_announced_bytes_is_whole() {
    let announced = || Response::builder().header("content-length", "4");
    let frames = || vec![data("te"), data("xt")];
    assert_eq!(serve(announced(), frames(), 2).await, SpanStatus::Ok);
    assert_eq!(serve(announced(), frames(), 1).await, SpanStatus::Cancelled);
    assert_eq!(
        serve(Response::builder(), frames(), 2).await,
        SpanStatus::Cancelled
    );
    assert_eq!(
        serve(Response::builder(), frames(), 3).await,
        SpanStatus::Ok
    );
}

#[tokio::test]
async fn a_body_that_gave_as_many_bytes_as_it_has_is_whole() {
    for (read, status) in [(2, SpanStatus::Ok), (1, SpanStatus::Cancelled)] {
        let body = body(vec![data("te"), data("xt")]);
        let response = Response::new(Measured { body, size: 4 });
        let served = answer_with(Request::new(()), response, read).await;
        assert_eq!(served, status, "{read} frames read");
    }
}

#[tokio::test]
async fn a_tunnel_is_whole_without_a_body() {
    for (code, status) in [
        (200, SpanStatus::Ok),
        (299, SpanStatus::Ok),
        // This one has a body, and nobody reads it.
        (502, SpanStatus::Cancelled),
    ] {
        let request = Request::connect("example.com:443").body(());
        let response = Response::builder().status(code);
        let frames = vec![data("established")];
        let served = answer(request.expect("a request"), response, frames, 0).await;
        assert_eq!(served, status, "{code}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_fails() {
    let frames = vec![data("te"), Err(std::io::Error::other("gone"))];
    let status = serve(Response::builder(), frames, 2).await;
    assert_eq!(status, SpanStatus::InternalError);
}

#[tokio::test]
async fn a_served_grpc_call_has_the_status_of_its_trailers() {
    let frames = vec![data("x"), trailers("5")];
    let status = answer(grpc_request(), grpc(), frames, 2).await;
    assert_eq!(status, SpanStatus::NotFound);
}

#[tokio::test]
async fn a_served_grpc_call_that_is_given_up_before_its_trailers_is_cancelled() {
    for (read, status) in [(1, SpanStatus::Cancelled), (2, SpanStatus::NotFound)] {
        let body = body(vec![data("x"), trailers("5")]);
        let response = grpc().header("content-length", "1");
        let response = response.body(Measured { body, size: 1 });
        let response = response.expect("a response");
        let served = answer_with(grpc_request(), response, read).await;
        assert_eq!(served, status, "{read} frames read");
    }
    // The status of gRPC-Web is among the bytes.
    let body = body(vec![data("x"), data("status")]);
    let response = Response::builder().header("content-type", "application/grpc-web");
    let response = response.body(Measured { body, size: 7 });
    let served = answer_with(
        post("application/grpc-web"),
        response.expect("a response"),
        2,
    );
    assert_eq!(served.await, SpanStatus::Ok);
}

#[tokio::test]
async fn what_a_service_does_before_its_future_belongs_to_the_request() {
    let (tracer, sink) = tracer();
    let service = ServerLayer::new()
        .tracer(tracer)
        .layer(service_fn(|_: Request<()>| {
            start_span("early").run(|_| ());
            async { Ok::<_, Infallible>(Response::new(body(vec![data("a")]))) }
        }));
    let response = service.oneshot(Request::new(())).await.expect("a response");
    assert!(start_span("outside").start().is_none());
    response.into_body().collect().await.expect("a whole body");
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.spans[0].name, "early");
}

#[tokio::test]
async fn trailers_do_not_heal_a_body_that_broke_off() {
    let broken = || Err(std::io::Error::other("broken"));
    let frames = || vec![data("a"), broken(), trailers("5")];
    let status = answer(grpc_request(), grpc(), frames(), 3).await;
    assert_eq!(status, SpanStatus::InternalError);
    let status = serve(Response::builder(), frames(), 3).await;
    assert_eq!(status, SpanStatus::InternalError);
}

#[tokio::test]
async fn trailers_of_other_requests_say_nothing_of_their_status() {
    let frames = || vec![data("x"), trailers("0")];
    let failed = || Response::builder().status(500);
    let status = answer(post("application/json"), failed(), frames(), 2).await;
    assert_eq!(status, SpanStatus::InternalError);
    let response = failed().header("grpc-status", "0");
    let status = exchange(post("application/json"), response, frames(), 2).await;
    assert_eq!(status, SpanStatus::InternalError);
}

#[tokio::test]
async fn the_status_in_the_headers_of_an_answer_counts_for_grpc_calls_alone() {
    for (content_type, status) in [
        ("application/grpc", SpanStatus::PermissionDenied),
        ("application/grpc-web+proto", SpanStatus::PermissionDenied),
        ("application/json", SpanStatus::Ok),
    ] {
        let response = grpc().header("grpc-status", "7");
        let served = answer(post(content_type), response, Vec::new(), 1).await;
        assert_eq!(served, status, "{content_type}");
    }
}

#[tokio::test]
async fn a_grpc_call_ends_at_its_trailers() {
    let frames = || vec![data("x"), trailers("14")];
    assert_eq!(call(grpc(), frames(), 2).await, SpanStatus::Unavailable);
    assert_eq!(call(grpc(), frames(), 1).await, SpanStatus::Cancelled);
    let without_trailers = vec![data("x")];
    assert_eq!(
        call(grpc(), without_trailers, 2).await,
        SpanStatus::UnknownError
    );
    let broken = vec![data("x"), Err(std::io::Error::other("gone"))];
    assert_eq!(call(grpc(), broken, 2).await, SpanStatus::InternalError);
}

#[tokio::test]
async fn a_grpc_call_without_a_body_ends_with_its_headers() {
    let response = grpc().header("grpc-status", "7");
    assert_eq!(
        call(response, Vec::new(), 0).await,
        SpanStatus::PermissionDenied
    );
    let proxy = grpc().status(503);
    assert_eq!(call(proxy, Vec::new(), 0).await, SpanStatus::Unavailable);
}

#[tokio::test]
async fn another_request_ends_with_its_headers() {
    let response = Response::builder().status(429);
    assert_eq!(
        exchange(Request::new(()), response, vec![data("x")], 0).await,
        SpanStatus::ResourceExhausted
    );
}

#[tokio::test]
async fn trailers_that_a_layer_below_took_out_of_grpc_web_count() {
    let web = || Response::builder().header("content-type", "application/grpc-web+proto");
    let frames = || vec![data("x"), trailers("5")];
    assert_eq!(call(web(), frames(), 2).await, SpanStatus::NotFound);
    assert_eq!(call(web(), frames(), 1).await, SpanStatus::Cancelled);
    // Here no layer does: they are among the bytes.
    let request = post("application/grpc-web+proto");
    let bytes = vec![data("x"), data("trailers")];
    assert_eq!(exchange(request, web(), bytes, 0).await, SpanStatus::Ok);
}
