//! Retries and other middleware outside: a span for each attempt.

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use http::Extensions;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use sentry_trace_reqwest::{Propagation, TraceMiddleware};
use sentry_trace_runtime::TraceFutureExt;
use support::{Host, Reply, Traced, outcome};
use tokio::sync::{Mutex, mpsc};

fn retrying(traced: &Traced) -> ClientWithMiddleware {
    let wait = Duration::from_millis(1);
    let policy = ExponentialBackoff::builder()
        .retry_bounds(wait, wait)
        .build_with_max_retries(3);
    below(traced, RetryTransientMiddleware::new_with_policy(policy))
}

/// A traced client below a middleware that retries.
fn below(traced: &Traced, retry: impl Middleware) -> ClientWithMiddleware {
    let client = Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    let trace = TraceMiddleware::new()
        .tracer(traced.tracer.clone())
        .for_client(&client);
    ClientBuilder::new(client).with(retry).with(trace).build()
}

/// Fails twice, by way of a redirect the second time.
fn shaky() -> Host {
    let calls = AtomicUsize::new(0);
    Host::start(move |_| match calls.fetch_add(1, Ordering::SeqCst) {
        0 | 2 => Reply::of(503),
        1 => Reply::redirect(302, "/moved"),
        _ => Reply::of(200),
    })
}

#[tokio::test]
async fn each_attempt_and_each_hop_is_a_span_with_headers_of_its_own() {
    let (traced, host) = (Traced::new(), shaky());
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let trace_id = root.trace_id().expect("a trace").to_string();
    let request = retrying(&traced)
        .get(host.url("/"))
        .header("baggage", "mine=1");
    let response = request
        .send()
        .in_trace_span(root)
        .await
        .expect("a response");
    assert_eq!(response.status(), 200);
    let spans = traced.spans();
    let outcomes: Vec<_> = spans.iter().map(outcome).collect();
    assert_eq!(
        outcomes,
        [("unavailable", 0), ("ok", 1), ("unavailable", 2), ("ok", 3)]
    );
    for (seen, span) in host.seen().iter().zip(&spans) {
        let expected = format!("{trace_id}-{}-1", span.span_id);
        assert_eq!(seen.header("sentry-trace"), Some(&*expected));
        let baggage = seen.header("baggage").expect("one line");
        assert_eq!(baggage.matches("sentry-trace_id=").count(), 1, "{baggage}");
        assert!(baggage.starts_with("mine=1,sentry-"), "{baggage}");
    }
}

#[tokio::test]
async fn a_hand_made_pair_wins_at_each_attempt() {
    let (traced, host) = (Traced::new(), shaky());
    let request = retrying(&traced).get(host.url("/"));
    let request = request
        .header("sentry-trace", "mine")
        .header("baggage", "sentry-release=mine");
    request.send().await.expect("a response");
    assert_eq!(host.seen().len(), 4);
    for seen in host.seen() {
        assert_eq!(seen.header("sentry-trace"), Some("mine"));
        assert_eq!(seen.header("baggage"), Some("sentry-release=mine"));
    }
}

#[tokio::test]
async fn opting_out_holds_for_each_attempt() {
    for (propagation, spans) in [(Propagation::NotPropagated, 4), (Propagation::NotTraced, 0)] {
        let (traced, host) = (Traced::new(), shaky());
        let root = traced.tracer.start_new_trace().start_span("root").start();
        let request = retrying(&traced)
            .get(host.url("/"))
            .with_extension(propagation);
        request
            .send()
            .in_trace_span(root)
            .await
            .expect("a response");
        assert!(host.seen().iter().all(|seen| !seen.is_traced()));
        assert_eq!(traced.spans().len(), spans);
    }
}

/// Gives an attempt up when it is told to, and tries again.
struct Impatient {
    told: Mutex<mpsc::UnboundedReceiver<()>>,
}

#[async_trait::async_trait]
impl Middleware for Impatient {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let mut told = self.told.lock().await;
        loop {
            let attempt = request.try_clone().expect("no stream");
            tokio::select! {
                result = next.clone().run(attempt, extensions) => return result,
                Some(()) = told.recv() => {}
            }
        }
    }
}

#[tokio::test]
async fn an_attempt_that_was_given_up_counts() {
    let (tell, told) = mpsc::unbounded_channel();
    let calls = AtomicUsize::new(0);
    let host = Host::start(move |_| {
        if calls.fetch_add(1, Ordering::SeqCst) == 2 {
            return Reply::of(200);
        }
        tell.send(()).expect("somebody listens");
        Reply::default()
    });
    let traced = Traced::new();
    let told = Mutex::new(told);
    let request = below(&traced, Impatient { told }).get(host.url("/"));
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let response = request.send().in_trace_span(root).await;
    assert_eq!(response.expect("a response").status(), 200);
    let outcomes: Vec<_> = traced.spans().iter().map(outcome).collect();
    assert_eq!(outcomes, [("cancelled", 0), ("cancelled", 1), ("ok", 2)]);
}

/// Gets a token, then sends the request; after 401 once more.
struct OAuth(String);

#[async_trait::async_trait]
impl Middleware for OAuth {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        loop {
            let token = Request::new(Method::POST, self.0.parse().expect("a URL"));
            next.clone().run(token, extensions).await?;
            let attempt = request.try_clone().expect("no stream");
            let response = next.clone().run(attempt, extensions).await?;
            if response.status() != 401 {
                return Ok(response);
            }
        }
    }
}

#[tokio::test]
async fn a_token_fetched_outside_is_no_attempt_at_the_request() {
    let refused = AtomicBool::new(false);
    let host = Host::start(move |seen| {
        let refuses = seen.path == "/data" && !refused.swap(true, Ordering::SeqCst);
        Reply::of(if refuses { 401 } else { 200 })
    });
    let traced = Traced::new();
    let client = below(&traced, OAuth(host.url("/token")));
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let call = async {
        client
            .get(host.url("/data"))
            .send()
            .await
            .expect("a response")
    };
    call.in_trace_span(root).await;
    let found: Vec<_> = traced.spans().iter().map(|span| outcome(span).1).collect();
    // The token, the request, which is refused, and both again.
    assert_eq!(found, [0, 0, 1, 1]);
}
