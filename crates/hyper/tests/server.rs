//! A plain hyper server: what the conformance suite does not ask, over real sockets.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONNECTION, CONTENT_LENGTH, UPGRADE};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Body, Incoming};
use hyper::client::conn::http2;
use hyper::service::{Service, service_fn};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use sentry_trace_hyper::{TraceService, set_route};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::{Transaction, TransactionSource};
use sentry_trace_runtime::{Options, Tracer, Value, current_span};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

const HEADER: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";

fn tracer(options: Options) -> (Tracer, MemorySink) {
    let sink = MemorySink::new();
    let options = options.traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    (tracer, sink)
}

async fn transaction(sink: &MemorySink) -> Transaction {
    let sink = sink.clone();
    let waited = tokio::task::spawn_blocking(move || sink.wait_for(1, Duration::from_secs(20)));
    let transactions = waited.await.expect("no panic");
    transactions.expect("a transaction").remove(0)
}

/// Serves one connection, until it is closed.
async fn serve<S, B>(service: S) -> SocketAddr
where
    S: Service<Request<Incoming>, Response = Response<B>> + Send + 'static,
    S::Future: Send,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let builder = Builder::new(TokioExecutor::new());
        // The client decides when it ends.
        _ = builder
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .await;
    });
    address
}

async fn whole(
    response: Result<Response<Incoming>, hyper_util::client::legacy::Error>,
) -> (StatusCode, Bytes) {
    let response = response.expect("a response");
    let status = response.status();
    let body = response.into_body().collect().await.expect("a body");
    (status, body.to_bytes())
}

#[tokio::test]
async fn both_protocols_are_served() {
    for (is_http2, version) in [(false, "1.1"), (true, "2")] {
        let (tracer, sink) = tracer(Options::new());
        let handler = service_fn(async |_: Request<Incoming>| {
            let trace_id = current_span().trace_id().expect("a trace").to_string();
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(trace_id))))
        });
        let address = serve(TraceService::new(handler).tracer(tracer)).await;
        let client = Client::builder(TokioExecutor::new())
            .http2_only(is_http2)
            .build_http::<Empty<Bytes>>();
        let request = Request::get(format!("http://{address}/users/7?q=1"))
            .header("sentry-trace", HEADER)
            .body(Empty::new())
            .expect("a request");
        let (_, body) = whole(client.request(request).await).await;
        assert_eq!(body, &HEADER[..32]);

        let transaction = transaction(&sink).await;
        let root = &transaction.root;
        assert_eq!(root.name, "GET /users/7");
        assert_eq!(root.origin, "auto.http.hyper");
        assert_eq!(root.status, Some(SpanStatus::Ok));
        let text = |key| root.data.get(key).and_then(Value::as_str);
        assert_eq!(text("network.protocol.version"), Some(version));
        assert_eq!(text("server.address"), Some("127.0.0.1"));
        assert_eq!(text("url.query"), None);
    }
}

#[tokio::test]
async fn what_can_be_set_is_asked() {
    let (tracer, sink) = tracer(Options::new().send_default_pii(true));
    let handler = service_fn(async |request: Request<Incoming>| {
        set_route(&current_span(), "GET", "/users/{id}");
        let body = request.uri().path().to_owned();
        Ok::<_, Infallible>(Response::new(body))
    });
    let service = TraceService::new(handler)
        .tracer(tracer)
        .client_address([192, 0, 2, 7].into())
        .filter(|request| request.path != "/health")
        .sampled(|request| (request.path == "/untraced").then_some(false))
        .name(|request| request.path.ends_with("named").then(|| "named".to_owned()))
        .on_request(|request, span| span.set_data("asked", request.path.to_owned()))
        .on_response(|status, _, span| span.set_data("answered", status))
        .capture_headers(["x-tenant", "cookie"]);
    let address = serve(service).await;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    for path in ["/health", "/untraced", "/users/7", "/users/named"] {
        let request = Request::get(format!("http://{address}{path}"))
            .header("x-tenant", "7")
            .header("cookie", "sid=secret")
            .body(Empty::new())
            .expect("a request");
        let (_, body) = whole(client.request(request).await).await;
        assert_eq!(body, path);
    }
    drop(client);
    let sink_of_both = sink.clone();
    let waited =
        tokio::task::spawn_blocking(move || sink_of_both.wait_for(2, Duration::from_secs(20)));
    let transactions = waited.await.expect("no panic").expect("two transactions");
    let [first, second] = &transactions[..] else {
        panic!("{transactions:#?}");
    };
    assert_eq!(first.root.name, "GET /users/{id}");
    assert_eq!(first.source, TransactionSource::Route);
    assert_eq!(second.root.name, "named");
    let data = &first.root.data;
    let text = |key| data.get(key).and_then(Value::as_str);
    assert_eq!(text("client.address"), Some("192.0.2.7"));
    assert_eq!(text("asked"), Some("/users/7"));
    assert_eq!(data.get("answered"), Some(&Value::from(200)));
    assert_eq!(text("http.request.header.x-tenant"), Some("7"));
    assert!(!format!("{transactions:?}").contains("secret"));
}

#[tokio::test]
async fn a_stream_of_announced_length_is_whole() {
    let (tracer, sink) = tracer(Options::new());
    let handler = service_fn(async |_: Request<Incoming>| {
        let text = |text: &'static str| Ok::<_, Infallible>(Frame::data(Bytes::from(text)));
        // It never ends: the server sends what was announced and asks for no more.
        let frames = stream::iter([text("te"), text("xt")]).chain(stream::pending());
        let body = StreamBody::new(frames);
        let mut response = Response::new(body);
        response.headers_mut().insert(CONTENT_LENGTH, 4.into());
        Ok::<_, Infallible>(response)
    });
    let address = serve(TraceService::new(handler).tracer(tracer)).await;
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let url = format!("http://{address}/").parse().expect("a URL");
    assert_eq!(whole(client.get(url).await).await.1, "text");
    let root = transaction(&sink).await.root;
    assert_eq!(root.status, Some(SpanStatus::Ok));
}

#[tokio::test]
async fn an_upgrade_goes_through() {
    let (tracer, sink) = tracer(Options::new());
    let handler = service_fn(async |mut request: Request<Incoming>| {
        let upgrade = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = TokioIo::new(upgrade.await.expect("an upgrade"));
            let mut received = [0; 4];
            stream.read_exact(&mut received).await.expect("four bytes");
            stream.write_all(&received).await.expect("a reader");
        });
        let response = Response::builder()
            .status(101)
            .header(CONNECTION, "upgrade")
            .header(UPGRADE, "echo");
        Ok::<_, Infallible>(response.body(Empty::<Bytes>::new()).expect("a response"))
    });
    let address = serve(TraceService::new(handler).tracer(tracer)).await;
    let mut stream = TcpStream::connect(address).await.expect("a server");
    let request = "GET /echo HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n";
    stream
        .write_all(request.as_bytes())
        .await
        .expect("a reader");
    let root = transaction(&sink).await.root;
    assert_eq!(root.status, Some(SpanStatus::Ok));
    stream.write_all(b"ping").await.expect("a reader");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).await.expect("an answer");
    assert!(received.starts_with(b"HTTP/1.1 101") && received.ends_with(b"ping"));
}

#[tokio::test]
async fn a_tunnel_is_no_cancelled_request() {
    for is_http2 in [false, true] {
        let (tracer, sink) = tracer(Options::new());
        let handler = service_fn(async |_: Request<Incoming>| {
            // A tunnel has no body: this is not sent.
            Ok::<_, Infallible>(Response::new("established".to_owned()))
        });
        let address = serve(TraceService::new(handler).tracer(tracer)).await;
        let mut stream = TcpStream::connect(address).await.expect("a server");
        if is_http2 {
            let executor = TokioExecutor::new();
            let connection = http2::handshake(executor, TokioIo::new(stream)).await;
            let (mut client, connection) = connection.expect("a connection");
            tokio::spawn(connection);
            let request = Request::connect("example.com:443").body(Empty::<Bytes>::new());
            let response = client.send_request(request.expect("a request")).await;
            assert_eq!(response.expect("a response").status(), StatusCode::OK);
        } else {
            let request = "CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n";
            let written = stream.write_all(request.as_bytes()).await;
            written.expect("a reader");
        }
        let root = transaction(&sink).await.root;
        assert_eq!(root.status, Some(SpanStatus::Ok), "HTTP/2: {is_http2}");
    }
}

#[tokio::test]
async fn a_graceful_shutdown_waits_for_the_body() {
    let (tracer, sink) = tracer(Options::new());
    let (arrived, has_arrived) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel();
    let ends = std::sync::Mutex::new(Some((arrived, may_go_on)));
    let handler = service_fn(move |_: Request<Incoming>| {
        let (arrived, may_go_on) = ends.lock().expect("no panic").take().expect("one request");
        async {
            arrived.send(()).expect("the test waits");
            may_go_on.await.expect("the test lets it");
            Ok::<_, Infallible>(Response::new("done".to_owned()))
        }
    });
    let service = TraceService::new(handler).tracer(tracer);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let url = format!("http://{address}/").parse().expect("a URL");
    let answer = tokio::spawn(async move { whole(client.get(url).await).await });

    let (stream, _) = listener.accept().await.expect("a connection");
    let graceful = GracefulShutdown::new();
    let builder = Builder::new(TokioExecutor::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let connection = tokio::spawn(graceful.watch(connection.into_owned()));
    has_arrived.await.expect("the request arrives");
    let shutdown = tokio::spawn(graceful.shutdown());
    assert_eq!(sink.transactions().len(), 0, "the request is served still");
    go_on.send(()).expect("the handler waits");

    shutdown.await.expect("no panic");
    connection.await.expect("no panic").expect("a clean end");
    assert_eq!(answer.await.expect("no panic").1, "done");
    let transactions = sink.take();
    assert_eq!(transactions.len(), 1, "finished before the shutdown is");
    assert_eq!(transactions[0].root.status, Some(SpanStatus::Ok));
}
