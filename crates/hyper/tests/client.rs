//! The client of hyper-util: what the conformance suite does not ask, over real sockets.

use std::convert::Infallible;

use bytes::Bytes;
use http::header::LOCATION;
use http::{Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use sentry_trace_hyper::{Propagation, TraceClient};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::SpanRecord;
use sentry_trace_runtime::{Options, TraceFutureExt, Tracer};
use sentry_trace_tower::ClientLayer;
use tokio::net::{TcpListener, TcpStream};

type TestClient = TraceClient<HttpConnector, Empty<Bytes>>;

/// Answers the header `sentry-trace`, with a redirect on `/redirect`.
async fn echo() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(async |request: Request<Incoming>| {
                let header = request.headers().get("sentry-trace");
                let text = header.map(|value| value.to_str().expect("ASCII").to_owned());
                let mut response = Response::new(text.unwrap_or_default());
                if request.uri().path() == "/redirect" {
                    *response.status_mut() = StatusCode::FOUND;
                    let location = "/".parse().expect("a header value");
                    response.headers_mut().insert(LOCATION, location);
                }
                Ok::<_, Infallible>(response)
            });
            let builder = Builder::new(TokioExecutor::new());
            tokio::spawn(
                builder
                    .serve_connection(TokioIo::new(stream), service)
                    .into_owned(),
            );
        }
    });
    format!("http://{address}")
}

/// Sends one request within a root span; the response, and the root's spans.
async fn send(
    is_http2: bool,
    configure: impl FnOnce(TestClient) -> TestClient,
    request: Request<Empty<Bytes>>,
) -> (StatusCode, Version, Bytes, Vec<SpanRecord>) {
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    let client = Client::builder(TokioExecutor::new())
        .http2_only(is_http2)
        .build_http();
    let client = configure(TraceClient::new(client).tracer(tracer.clone()));
    let root = tracer.start_new_trace().start_span("root").start();
    let exchange = async {
        let response = client.request(request).await.expect("a response");
        let (status, version) = (response.status(), response.version());
        let body = response.into_body().into_inner().collect().await;
        (status, version, body.expect("a body").to_bytes())
    };
    let (status, version, body) = exchange.in_trace_span(root).await;
    (status, version, body, sink.take().remove(0).spans)
}

fn get(url: &str) -> Request<Empty<Bytes>> {
    Request::get(url).body(Empty::new()).expect("a request")
}

#[tokio::test]
async fn both_protocols_carry_the_trace() {
    let url = format!("{}/stock", echo().await);
    for (is_http2, expected) in [(false, Version::HTTP_11), (true, Version::HTTP_2)] {
        let (_, version, body, spans) = send(is_http2, |client| client, get(&url)).await;
        assert_eq!(version, expected);
        let [span] = &spans[..] else {
            panic!("{spans:#?}")
        };
        assert_eq!(body[33..49], *span.span_id.to_string().as_bytes());
        assert_eq!(span.name, format!("GET {url}"));
        assert_eq!(span.origin, "auto.http.hyper");
        assert_eq!(span.status, Some(SpanStatus::Ok));
    }
}

#[tokio::test]
async fn a_redirect_is_given_back() {
    let url = format!("{}/redirect", echo().await);
    let (status, _, body, spans) = send(false, |client| client, get(&url)).await;
    assert_eq!(status, StatusCode::FOUND);
    assert_eq!((body.len(), spans.len()), (51, 1));
}

#[tokio::test]
async fn a_request_opts_out() {
    let url = echo().await;
    for (propagation, expected) in [(Propagation::NotTraced, 0), (Propagation::NotPropagated, 1)] {
        let mut request = get(&url);
        request.extensions_mut().insert(propagation);
        let (_, _, body, spans) = send(false, |client| client, request).await;
        assert_eq!((body.len(), spans.len()), (0, expected));
    }
}

#[tokio::test]
async fn the_span_can_be_named() {
    let url = echo().await;
    let name = |client: TestClient| client.name(|request| Some(format!("my {}", request.method)));
    let (_, _, _, spans) = send(false, name, get(&url)).await;
    assert_eq!(spans[0].name, "my GET");
}

#[tokio::test]
async fn a_request_that_comes_back_unsent_is_sent_again_with_new_headers() {
    let host = echo().await;
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    let layer = ClientLayer::new().tracer(tracer.clone());
    let root = tracer.start_new_trace().start_span("root").start();
    let attempts = async {
        let (stream, other_end) = tokio::io::duplex(1);
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .expect("a client");
        drop((other_end, connection));
        let request = get(&host);
        let sent = layer
            .send(request, |request| sender.try_send_request(request))
            .await;
        let unsent = sent.err().and_then(|mut error| error.take_message());

        let address = host.trim_start_matches("http://");
        let stream = TcpStream::connect(address).await.expect("a connection");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .expect("a client");
        tokio::spawn(connection);
        let request = unsent.expect("it comes back");
        let sent = layer
            .send(request, |request| sender.try_send_request(request))
            .await;
        let response = sent.expect("a response");
        response
            .into_body()
            .collect()
            .await
            .expect("a body")
            .to_bytes()
    };
    let body = attempts.in_trace_span(root).await;
    let spans = sink.take().remove(0).spans;
    assert_eq!(spans.len(), 2);
    assert_eq!(body[33..49], *spans[1].span_id.to_string().as_bytes());
}
