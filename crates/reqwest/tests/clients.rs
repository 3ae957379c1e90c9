//! What the settings of a client ask for: its redirect policy and its default headers.

mod support;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use reqwest_middleware::ClientWithMiddleware;
use sentry_trace_reqwest::{ClientBuilderExt, RequestBuilderExt, TraceMiddleware};
use sentry_trace_runtime::{Options, TraceFutureExt};
use support::{Host, Reply, Seen, Traced};

const THEIRS: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";

fn client(traced: &Traced, builder: ClientBuilder) -> ClientWithMiddleware {
    let middleware = TraceMiddleware::new().tracer(traced.tracer.clone());
    builder.build_traced_with(middleware).expect("a client")
}

/// A client with these default headers sends one request.
async fn send(traced: &Traced, defaults: &[(HeaderName, HeaderValue)]) -> Seen {
    let host = Host::start(|_| Reply::of(200));
    let headers = HeaderMap::from_iter(defaults.iter().cloned());
    let client = client(traced, Client::builder().default_headers(headers));
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let request = client.get(host.url("/")).send().in_trace_span(root);
    request.await.expect("a response");
    host.seen().remove(0)
}

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

#[tokio::test]
async fn as_many_redirects_are_followed_as_the_builder_says() {
    let traced = Traced::new();
    for (policy, followed) in [(Policy::none(), 0), (Policy::limited(2), 2)] {
        let home = Host::start(|seen| match &*seen.path {
            "/2" => Reply::of(200),
            path => Reply::redirect(307, format!("/{}", path.len())),
        });
        let client = client(&traced, Client::builder().redirect(policy));
        let response = client.get(home.url("/")).send().await;
        let status = response.map(|response| response.status().as_u16());
        assert_eq!(home.seen().len(), 1 + followed, "{status:?}");
        assert!(home.seen().iter().all(Seen::is_traced));
    }
}

#[tokio::test]
#[allow(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself is not general enough over lifetimes"
)]
async fn a_policy_of_the_users_own_is_asked_and_nothing_else_follows() {
    let (traced, other) = (Traced::new(), Host::elsewhere(|_| Reply::of(200)));
    let away = other.url("/");
    let home = Host::start(move |_| Reply::redirect(302, away.clone()));
    let builder = || Client::builder().redirect(Policy::custom(|attempt| attempt.stop()));
    let middleware = TraceMiddleware::new().tracer(traced.tracer.clone());
    let plain = builder().build().expect("a client");
    let requests = [
        client(&traced, builder()).get(home.url("/")).send().await,
        plain.get(home.url("/")).send_traced_with(&middleware).await,
        plain
            .get(home.url("/"))
            .send_traced_with(&middleware.max_redirects(3))
            .await,
    ];
    for response in requests {
        assert_eq!(response.expect("a response").status(), 302);
    }
    assert_eq!((home.seen().len(), other.seen().len()), (3, 0));
    assert!(!home.seen().iter().any(Seen::is_traced));
    assert!(traced.notes()[0].contains("follows redirects itself"));
}

#[tokio::test]
async fn where_each_redirect_is_an_error_it_stays_one() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::redirect(302, "/")));
    let builder = Client::builder().redirect(Policy::limited(0));
    let response = client(&traced, builder).get(host.url("/")).send().await;
    assert!(response.expect_err("too many").is_redirect());
    assert_eq!(host.seen().len(), 1);
    assert!(host.seen()[0].is_traced());
}

#[tokio::test]
async fn default_baggage_is_kept_beside_ours() {
    let traced = Traced::new();
    let seen = send(&traced, &[header("baggage", "team=checkout, a=b")]).await;
    let baggage = seen.header("baggage").expect("both");
    assert!(
        baggage.starts_with("team=checkout, a=b,sentry-trace_id="),
        "{baggage}"
    );
    assert!(seen.is_traced());
}

#[tokio::test]
async fn a_default_trace_wins_whole() {
    let defaults = [
        header("sentry-trace", THEIRS),
        header("baggage", "sentry-release=1"),
    ];
    let seen = send(&Traced::new(), &defaults).await;
    assert_eq!(seen.header("sentry-trace"), Some(THEIRS));
    assert_eq!(seen.header("baggage"), Some("sentry-release=1"));
}

#[tokio::test]
async fn default_headers_that_cannot_be_read_are_left_alone() {
    let traced = Traced::new();
    for value in ["a=\"b\"", "sensitive=1", r"a=b\\"] {
        let (name, mut value) = header("baggage", value);
        value.set_sensitive(value.as_bytes().starts_with(b"sensitive"));
        let seen = send(&traced, &[(name, value.clone())]).await;
        assert_eq!(seen.header("baggage"), value.to_str().ok());
        assert_eq!(seen.header("sentry-trace"), None);
    }
    assert!(
        traced.notes()[0].contains("cannot be read"),
        "{:?}",
        traced.notes()
    );
}

#[tokio::test]
async fn a_default_traceparent_stays_and_hides_nothing_else() {
    let traced = Traced::with(Options::new().propagate_traceparent(true));
    let text = "00-771a43a4192642f0b136d5159a501700-1234567890abcdef-01";
    for is_sensitive in [false, true] {
        let (name, mut value) = header("traceparent", text);
        value.set_sensitive(is_sensitive);
        let seen = send(&traced, &[(name, value)]).await;
        assert!(seen.is_traced());
        assert_eq!(seen.header("traceparent"), Some(text));
    }
    assert_eq!(traced.notes(), [""; 0]);
}

#[tokio::test]
async fn a_default_signature_is_obeyed() {
    let value = "HMAC SignedHeaders=host;baggage, Signature=x";
    let (_, value) = header("authorization", value);
    let seen = send(&Traced::new(), &[(AUTHORIZATION, value)]).await;
    assert!(seen.header("sentry-trace").is_some());
    assert_eq!(seen.header("baggage"), None);
}

#[tokio::test]
async fn credentials_stay_at_home_whatever_the_other_headers_are() {
    let (traced, other) = (Traced::new(), Host::elsewhere(|_| Reply::of(200)));
    let away = other.url("/");
    let home = Host::start(move |_| Reply::redirect(302, away.clone()));
    let defaults = [
        header("x-path", r"C:\work\"),
        header("authorization", "Bearer x"),
    ];
    let headers = HeaderMap::from_iter(defaults);
    let client = client(&traced, Client::builder().default_headers(headers));
    client.get(home.url("/")).send().await.expect("a response");
    assert_eq!(home.seen()[0].header("authorization"), Some("Bearer x"));
    assert_eq!(other.seen()[0].header("authorization"), Some(""));
}
