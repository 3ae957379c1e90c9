//! `reqwest-retry` outside: a span for each attempt.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::Policy;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use sentry_trace_reqwest::{Propagation, TraceMiddleware};
use sentry_trace_runtime::TraceFutureExt;
use support::{Host, Reply, Traced, outcome};

fn retrying(traced: &Traced) -> ClientWithMiddleware {
    let wait = Duration::from_millis(1);
    let policy = ExponentialBackoff::builder()
        .retry_bounds(wait, wait)
        .build_with_max_retries(3);
    let client = Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    let trace = TraceMiddleware::new()
        .tracer(traced.tracer.clone())
        .for_client(&client);
    ClientBuilder::new(client)
        .with(RetryTransientMiddleware::new_with_policy(policy))
        .with(trace)
        .build()
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
