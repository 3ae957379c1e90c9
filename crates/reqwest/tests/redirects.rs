//! Redirects, where reqwest's rules and ours meet (rule R8).

mod support;

use std::time::Duration;

use http::Extensions;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, ClientBuilder, Method, Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Error, Middleware, Next, Result};
use sentry_trace_reqwest::{ClientBuilderExt, TooManyRedirects, TraceMiddleware};
use sentry_trace_runtime::TraceFutureExt;
use support::{Host, Reply, Traced, outcome};

fn client(traced: &Traced, builder: ClientBuilder) -> ClientWithMiddleware {
    let middleware = TraceMiddleware::new().tracer(traced.tracer.clone());
    builder.build_traced_with(middleware).expect("a client")
}

async fn in_root(
    traced: &Traced,
    request: impl Future<Output = Result<Response>>,
) -> Result<Response> {
    let root = traced.tracer.start_new_trace().start_span("root").start();
    request.in_trace_span(root).await
}

/// `/` leads to the other host, whose `/` leads back to `/end`.
fn there_and_back() -> (Host, Host) {
    let address = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let back = address.clone();
    let other =
        Host::elsewhere(move |_| Reply::redirect(302, back.get().expect("known by then").clone()));
    let away = other.url("/");
    let home = Host::start(move |seen| match &*seen.path {
        "/" => Reply::redirect(302, away.clone()),
        _ => Reply::of(200),
    });
    address.set(home.url("/end")).expect("set once");
    (home, other)
}

#[tokio::test]
async fn each_hop_is_decided_by_its_own_url() {
    let (traced, (home, other)) = (Traced::new(), there_and_back());
    let client = client(&traced, Client::builder());
    let request = client
        .get(home.url("/#fragment"))
        .header("baggage", "mine=1");
    let response = in_root(&traced, request.send()).await.expect("a response");
    assert_eq!(response.url().as_str(), home.url("/end"));
    let (home, other) = (home.seen(), other.seen());
    assert!(home[0].is_traced() && home[1].is_traced());
    assert_eq!(other[0].header("sentry-trace"), None);
    assert_eq!(other[0].header("baggage"), Some("mine=1"));
    let outcomes: Vec<_> = traced.spans().iter().map(outcome).collect();
    assert_eq!(outcomes, [("ok", 0), ("ok", 1), ("ok", 2)]);
}

#[tokio::test]
async fn credentials_stay_at_home_and_do_not_come_back() {
    let (traced, (home, other)) = (Traced::new(), there_and_back());
    let client = client(&traced, Client::builder());
    let request = client.get(home.url("/")).bearer_auth("x");
    in_root(&traced, request.send()).await.expect("a response");
    assert_eq!(home.seen()[0].header("authorization"), Some("Bearer x"));
    assert_eq!(other.seen()[0].header("authorization"), None);
    assert_eq!(home.seen()[1].header("authorization"), None);
}

#[tokio::test]
async fn credentials_among_the_default_headers_stay_at_home() {
    let (traced, (home, other)) = (Traced::new(), there_and_back());
    let mut secret = HeaderValue::from_static("Bearer x");
    secret.set_sensitive(true);
    let headers = HeaderMap::from_iter([(AUTHORIZATION, secret)]);
    let client = client(&traced, Client::builder().default_headers(headers));
    in_root(&traced, client.get(home.url("/")).send())
        .await
        .expect("a response");
    assert_eq!(home.seen()[0].header("authorization"), Some("Bearer x"));
    assert_eq!(other.seen()[0].header("authorization"), Some(""));
    assert_eq!(home.seen()[1].header("authorization"), Some(""));
    assert!(
        traced.notes()[0].contains("default headers"),
        "{:?}",
        traced.notes()
    );
}

#[tokio::test]
async fn a_stack_that_does_not_know_its_client_stays_at_one_origin() {
    let (traced, (home, other)) = (Traced::new(), there_and_back());
    let near = Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(307, "/end"),
        _ => Reply::of(200),
    });
    let client = Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    let middleware = TraceMiddleware::new().tracer(traced.tracer.clone());
    let client = reqwest_middleware::ClientBuilder::new(client)
        .with(middleware)
        .build();
    let response = client.get(home.url("/")).send().await.expect("a response");
    assert_eq!((response.status().as_u16(), other.seen().len()), (302, 0));
    assert!(
        traced.notes()[0].contains("for_client"),
        "{:?}",
        traced.notes()
    );
    let response = client.get(near.url("/")).send().await.expect("a response");
    assert_eq!(response.url().path(), "/end");
}

#[tokio::test]
async fn a_password_in_the_location_is_not_sent_and_not_recorded() {
    let (traced, other) = (Traced::new(), Host::elsewhere(|_| Reply::of(200)));
    let location = other.url("/").replace("://", "://user:secret@");
    let home = Host::start(move |_| Reply::redirect(302, location.clone()));
    let client = client(&traced, Client::builder());
    in_root(&traced, client.get(home.url("/")).send())
        .await
        .expect("a response");
    assert_eq!(other.seen()[0].header("authorization"), None);
    let spans = format!("{:?}", traced.spans());
    assert!(!spans.contains("secret"), "{spans}");
}

#[tokio::test]
async fn the_referer_is_sent_unless_the_client_does_not_want_it() {
    let traced = Traced::new();
    for (wanted, expected) in [(true, 1), (false, 0)] {
        let (home, other) = there_and_back();
        let client = client(&traced, Client::builder().referer(wanted));
        client.get(home.url("/")).send().await.expect("a response");
        let referer = other.seen()[0].header("referer").map(str::to_owned);
        assert_eq!(
            referer
                .into_iter()
                .filter(|value| *value == home.url("/"))
                .count(),
            expected
        );
        assert_eq!(home.seen()[1].header("referer").is_some(), wanted);
    }
}

#[tokio::test]
async fn cookies_of_the_store_reach_the_next_hop() {
    let traced = Traced::new();
    let home = Host::start(|seen| match &*seen.path {
        "/" => Reply::redirect(303, "/end").with("set-cookie", "session=7"),
        _ => Reply::of(200),
    });
    let client = client(&traced, Client::builder().cookie_store(true));
    client
        .post(home.url("/"))
        .body("text")
        .send()
        .await
        .expect("a response");
    let seen = home.seen();
    assert_eq!((&*seen[0].method, &*seen[0].body), ("POST", &b"text"[..]));
    assert_eq!(
        (&*seen[1].method, seen[1].header("cookie")),
        ("GET", Some("session=7"))
    );
}

#[tokio::test]
async fn a_stream_is_not_sent_twice() {
    let traced = Traced::new();
    let home = Host::start(|seen| match &*seen.path {
        "/307" => Reply::redirect(307, "/end"),
        "/303" => Reply::redirect(303, "/end"),
        _ => Reply::of(200),
    });
    let client = client(&traced, Client::builder());
    let stream = || {
        let chunks = ["te", "xt"].map(Ok::<_, std::io::Error>);
        Body::wrap_stream(futures_util::stream::iter(chunks))
    };
    let given_back = client.post(home.url("/307")).body(stream()).send();
    assert_eq!(given_back.await.expect("a response").status(), 307);
    let followed = client.post(home.url("/303")).body(stream()).send();
    assert_eq!(followed.await.expect("a response").status(), 200);
    let bodies: Vec<_> = home.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, [&b"text"[..], b"text", b""]);
}

#[tokio::test]
async fn a_stream_without_a_byte_is_followed_as_by_reqwest() {
    let traced = Traced::new();
    let ours = client(&traced, Client::builder());
    let plain = ClientWithMiddleware::from(Client::new());
    for (method, status) in [(Method::GET, 302), (Method::PUT, 307), (Method::POST, 308)] {
        let home = Host::start(move |seen| match &*seen.path {
            "/" => Reply::redirect(status, "/end"),
            _ => Reply::of(200),
        });
        for client in [&plain, &ours] {
            let body = Body::wrap(http_body_util::Empty::<bytes::Bytes>::new());
            let request = client.request(method.clone(), home.url("/"));
            let response = request.body(body).send().await.expect("a response");
            assert_eq!(response.url().path(), "/end", "{method} {status}");
        }
    }
}

#[tokio::test]
async fn the_limit_counts_redirects() {
    let (traced, home) = (Traced::new(), Host::start(|_| Reply::redirect(302, "/")));
    let middleware = TraceMiddleware::new().tracer(traced.tracer.clone());
    let build = |middleware| {
        Client::builder()
            .build_traced_with(middleware)
            .expect("a client")
    };
    let client = build(middleware.clone());
    let error = client
        .get(home.url("/"))
        .send()
        .await
        .expect_err("too many");
    let Error::Middleware(error) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        error.downcast_ref(),
        Some(&TooManyRedirects { allowed: 10 })
    );
    assert_eq!(home.seen().len(), 11);
    let client = build(middleware.max_redirects(0));
    let response = client.get(home.url("/")).send().await.expect("a response");
    assert_eq!((response.status().as_u16(), home.seen().len()), (302, 12));
}

#[tokio::test]
async fn a_location_that_cannot_be_called_is_reqwests_error() {
    let (traced, home) = (
        Traced::new(),
        Host::start(|_| Reply::redirect(302, "ftp://a/")),
    );
    let client = client(&traced, Client::builder());
    let error = in_root(&traced, client.get(home.url("/")).send())
        .await
        .expect_err("no ftp");
    assert!(error.is_builder(), "{error:?}");
    let outcomes: Vec<_> = traced.spans().iter().map(outcome).collect();
    assert_eq!(outcomes, [("ok", 0), ("internal_error", 1)]);
}

#[tokio::test]
async fn the_clients_timeout_counts_for_all_hops_together() {
    let (traced, step) = (Traced::new(), Duration::from_millis(200));
    let home = Host::start(move |_| {
        // why: a total timeout shows only in time that passes
        std::thread::sleep(step);
        Reply::redirect(302, "/")
    });
    let client = client(&traced, Client::builder().timeout(step * 5 / 2));
    let error = client
        .get(home.url("/"))
        .send()
        .await
        .expect_err("no time left");
    assert!(error.is_timeout(), "{error:?}");
    assert!(home.seen().len() <= 3, "{}", home.seen().len());
}

/// Takes its time before it passes a request on.
struct Slow(Duration);

#[async_trait::async_trait]
impl Middleware for Slow {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        // why: a total timeout shows only in time that passes
        std::thread::sleep(self.0);
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn time_that_passes_before_the_client_is_not_the_clients() {
    let (traced, time) = (Traced::new(), Duration::from_millis(400));
    let home = Host::start(move |seen| {
        if seen.path == "/" {
            return Reply::redirect(302, "/end");
        }
        // why: a client that has no time left gives up meanwhile
        std::thread::sleep(time / 8);
        Reply::of(200)
    });
    let builder = || Client::builder().timeout(time);
    let plain = builder().build().expect("a client").into();
    for client in [plain, client(&traced, builder())] {
        let client = reqwest_middleware::ClientBuilder::from_client(client);
        let client = client.with(Slow(time * 5 / 4)).build();
        let response = client.get(home.url("/")).send().await;
        assert_eq!(response.expect("in time").status(), 200);
    }
}

#[tokio::test]
async fn outside_of_any_span_all_hops_are_in_one_trace() {
    let (traced, (home, _other)) = (Traced::new(), there_and_back());
    let client = client(&traced, Client::builder());
    let trace_ids = async || {
        let before = home.seen().len();
        let response = client.get(home.url("/")).send().await;
        response.expect("a response");
        let seen = home.seen();
        let headers = seen[before..]
            .iter()
            .map(|seen| seen.header("sentry-trace"));
        let ids = headers.map(|header| header.expect("traced")[..32].to_owned());
        ids.collect::<Vec<_>>()
    };
    let (one, another) = (trace_ids().await, trace_ids().await);
    assert!(one.len() == 2 && one[0] == one[1], "{one:?}");
    assert_ne!(one[0], another[0]);
    assert!(traced.sink.take().is_empty());
}
