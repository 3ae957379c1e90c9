//! Blocking clients.
#![cfg(feature = "blocking")]

mod support;

use std::time::Duration;

use reqwest::blocking::Client;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use sentry_trace_reqwest::blocking::{ClientBuilderExt, Error, TracedClient};
use sentry_trace_reqwest::{Propagation, TooManyRedirects, TraceMiddleware};
use support::{Host, Reply, Traced, outcome};

fn middleware(traced: &Traced) -> TraceMiddleware {
    TraceMiddleware::new().tracer(traced.tracer.clone())
}

fn client(traced: &Traced) -> TracedClient {
    Client::builder()
        .build_traced_with(middleware(traced))
        .expect("a client")
}

fn in_root<R>(traced: &Traced, f: impl FnOnce() -> R) -> R {
    let _root = traced.tracer.start_new_trace().start_span("root").enter();
    f()
}

#[test]
fn redirects_are_followed_hop_by_hop() {
    let (traced, other) = (Traced::new(), Host::elsewhere(|_| Reply::of(429)));
    let location = other.url("/end");
    let home = Host::start(move |_| Reply::redirect(307, location.clone()));
    let request = client(&traced)
        .put(home.url("/"))
        .body("text")
        .header("x-mine", "1");
    let request = request.configure(|request| request.bearer_auth("x"));
    let response = in_root(&traced, || request.send()).expect("a response");
    assert_eq!(response.url().as_str(), other.url("/end"));
    let (home, other) = (&home.seen()[0], &other.seen()[0]);
    assert!(home.is_traced() && !other.is_traced());
    assert_eq!((&*other.method, &*other.body), ("PUT", &b"text"[..]));
    assert_eq!(
        (home.header("authorization"), other.header("authorization")),
        (Some("Bearer x"), None)
    );
    assert_eq!(other.header("x-mine"), Some("1"));
    let outcomes: Vec<_> = traced.spans().iter().map(outcome).collect();
    assert_eq!(outcomes, [("ok", 0), ("resource_exhausted", 1)]);
}

#[test]
fn outside_of_any_span_all_hops_are_in_one_trace() {
    let traced = Traced::new();
    let host = Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(302, "/end"),
        _ => Reply::of(200),
    });
    let response = client(&traced).get(host.url("/")).send();
    assert_eq!(response.expect("a response").url().path(), "/end");
    let seen = host.seen();
    let trace_id = |at: usize| &seen[at].header("sentry-trace").expect("traced")[..32];
    assert_eq!(trace_id(0), trace_id(1));
    assert!(traced.sink.take().is_empty());
}

#[test]
fn credentials_among_the_default_headers_stay_at_home() {
    let (traced, other) = (Traced::new(), Host::elsewhere(|_| Reply::of(200)));
    let location = other.url("/");
    let home = Host::start(move |_| Reply::redirect(302, location.clone()));
    let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer x"))]);
    let builder = Client::builder().default_headers(headers);
    let client = builder
        .build_traced_with(middleware(&traced))
        .expect("a client");
    client.get(home.url("/")).send().expect("a response");
    assert_eq!(home.seen()[0].header("authorization"), Some("Bearer x"));
    assert_eq!(other.seen()[0].header("authorization"), Some(""));
}

#[test]
fn a_request_can_opt_out() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(200)));
    let client = client(&traced);
    in_root(&traced, || {
        for propagation in [
            Propagation::NotPropagated,
            Propagation::NotTraced,
            Propagation::Traced,
        ] {
            let request = client.get(host.url("/")).propagation(propagation);
            request.send().expect("a response");
        }
    });
    let headers: Vec<_> = host.seen().iter().map(support::Seen::is_traced).collect();
    assert_eq!(headers, [false, false, true]);
    assert_eq!(traced.spans().len(), 2);
}

#[test]
fn errors_end_the_span() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::redirect(302, "/")));
    let middleware = middleware(&traced).max_redirects(2);
    let client = Client::builder()
        .build_traced_with(middleware)
        .expect("a client");
    let error = client.get(host.url("/")).send().expect_err("too many");
    assert!(
        matches!(
            error,
            Error::TooManyRedirects(TooManyRedirects { allowed: 2, .. })
        ),
        "{error:?}"
    );
    assert_eq!(host.seen().len(), 3);
    let silent = Host::start(|_| Reply::default());
    // why: the timeout is what ends the request
    let timeout = Duration::from_millis(50);
    let request = client.get(silent.url("/")).timeout(timeout);
    let error = in_root(&traced, || request.send()).expect_err("no answer");
    assert!(matches!(error, Error::Reqwest(error) if error.is_timeout()));
    assert_eq!(outcome(&traced.spans()[0]), ("internal_error", 0));
    assert!(
        matches!(client.get("no url").send(), Err(Error::Reqwest(error)) if error.is_builder())
    );
}

#[test]
#[allow(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is not general enough over lifetimes"
)]
fn the_builders_policy_and_default_headers_count() {
    let traced = Traced::new();
    let host = Host::start(|_| Reply::redirect(302, "/"));
    let baggage = HeaderValue::from_static("team=checkout");
    let headers = HeaderMap::from_iter([(HeaderName::from_static("baggage"), baggage)]);
    for policy in [Policy::none(), Policy::custom(|attempt| attempt.stop())] {
        let builder = Client::builder().redirect(policy);
        let client = builder
            .default_headers(headers.clone())
            .build_traced_with(middleware(&traced))
            .expect("a client");
        let response = client.get(host.url("/")).send().expect("a response");
        assert_eq!(response.status(), 302);
    }
    let seen = host.seen();
    let baggage = |at: usize| seen[at].header("baggage").expect("baggage").to_owned();
    assert!(baggage(0).starts_with("team=checkout,sentry-trace_id="));
    assert_eq!((seen.len(), &*baggage(1)), (2, "team=checkout"));
}
