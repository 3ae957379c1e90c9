//! Single requests: plain clients, errors, clients that follow redirects themselves, cancellation.

mod support;

use std::pin::pin;
use std::task::{Context, Waker};

use reqwest::Client;
use reqwest::redirect::Policy;
use sentry_trace_reqwest::{ClientBuilderExt, Propagation, RequestBuilderExt, TraceMiddleware};
use sentry_trace_runtime::TraceFutureExt;
use support::{Host, Reply, Traced, outcome};

fn middleware(traced: &Traced) -> TraceMiddleware {
    TraceMiddleware::new().tracer(traced.tracer.clone())
}

fn plain() -> Client {
    Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_plain_client_is_traced_and_its_redirects_followed() {
    let traced = Traced::new();
    let host = Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(302, "/end"),
        _ => Reply::of(404),
    });
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let middleware =
        middleware(&traced).name(|request| Some(format!("call by {}", request.method)));
    let request = plain().get(host.url("/")).send_traced_with(&middleware);
    request.in_trace_span(root).await.expect("a response");
    assert!(host.seen().iter().all(support::Seen::is_traced));
    let spans = traced.spans();
    let outcomes: Vec<_> = spans.iter().map(outcome).collect();
    assert_eq!(outcomes, [("ok", 0), ("not_found", 1)]);
    assert_eq!(spans[0].name, "call by GET");
    assert_eq!(traced.notes(), [""; 0]);
}

#[tokio::test]
async fn a_plain_client_that_follows_redirects_gets_a_span_and_no_headers() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(200)));
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let request = Client::new().get(host.url("/"));
    let middleware = middleware(&traced);
    let request = request.send_traced_with(&middleware);
    request.in_trace_span(root).await.expect("a response");
    assert!(!host.seen()[0].is_traced());
    assert_eq!(traced.spans().len(), 1);
    assert!(
        traced.notes()[0].contains("Policy::none()"),
        "{:?}",
        traced.notes()
    );
}

#[tokio::test]
async fn a_stack_on_a_client_that_follows_redirects_is_noticed() {
    let traced = Traced::new();
    let host = Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(302, "/end"),
        _ => Reply::of(200),
    });
    let client = reqwest_middleware::ClientBuilder::new(Client::new())
        .with(middleware(&traced))
        .build();
    client.get(host.url("/")).send().await.expect("a response");
    assert_eq!(host.seen().len(), 2);
    assert!(
        traced.notes()[0].contains("follows redirects"),
        "{:?}",
        traced.notes()
    );
    client.get(host.url("/")).send().await.expect("a response");
    assert!(host.seen()[2..].iter().all(|seen| !seen.is_traced()));
    let known = middleware(&traced).for_client(&Client::new());
    let client = reqwest_middleware::ClientBuilder::new(Client::new())
        .with(known)
        .build();
    client.get(host.url("/")).send().await.expect("a response");
    assert!(!host.seen()[4].is_traced() && !host.seen()[5].is_traced());
}

#[tokio::test]
async fn what_all_requests_do_can_be_said_once() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(200)));
    let middleware = middleware(&traced).propagation(Propagation::NotPropagated);
    let client = Client::builder()
        .build_traced_with(middleware)
        .expect("a client");
    client.get(host.url("/")).send().await.expect("a response");
    let request = client
        .get(host.url("/"))
        .with_extension(Propagation::Traced);
    request.send().await.expect("a response");
    let traced: Vec<_> = host.seen().iter().map(support::Seen::is_traced).collect();
    assert_eq!(traced, [false, true]);
}

#[tokio::test]
async fn no_answer_is_an_error_and_an_internal_error() {
    let traced = Traced::new();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/", gone.local_addr().expect("an address"));
    drop(gone);
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let middleware = middleware(&traced);
    let request = plain().get(url).send_traced_with(&middleware);
    let error = request
        .in_trace_span(root)
        .await
        .expect_err("nobody listens");
    assert!(error.is_connect(), "{error:?}");
    assert_eq!(outcome(&traced.spans()[0]), ("internal_error", 0));
}

#[tokio::test]
async fn a_request_that_is_given_up_is_cancelled() {
    let (arrived, waiting) = tokio::sync::oneshot::channel();
    let arrived = std::sync::Mutex::new(Some(arrived));
    let host = Host::start(move |_| {
        let arrived = arrived.lock().expect("no panic").take();
        arrived.map(|arrived| arrived.send(()));
        Reply::default()
    });
    let traced = Traced::new();
    let client = Client::builder()
        .build_traced_with(middleware(&traced))
        .expect("a client");
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let request = client.get(host.url("/")).send().in_trace_span(root);
    tokio::select! {
        response = request => panic!("there is none: {response:?}"),
        arrived = waiting => arrived.expect("the request arrives"),
    }
    assert!(host.seen()[0].is_traced());
    assert_eq!(outcome(&traced.spans()[0]), ("cancelled", 0));
}

#[tokio::test]
async fn a_request_that_is_never_polled_records_nothing() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(200)));
    let client = Client::builder()
        .build_traced_with(middleware(&traced))
        .expect("a client");
    let root = traced.tracer.start_new_trace().start_span("root").start();
    drop(client.get(host.url("/")).send().in_trace_span(root));
    assert_eq!(traced.spans().len(), 0);
    let root = traced.tracer.start_new_trace().start_span("root").start();
    {
        let mut request = pin!(client.get(host.url("/")).send().in_trace_span(root));
        let polled = request
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert_eq!(outcome(&traced.spans()[0]), ("cancelled", 0));
}
