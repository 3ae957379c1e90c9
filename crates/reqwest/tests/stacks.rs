//! Other middleware around ours and inside of it.

mod support;

use http::Extensions;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Middleware, Next, Result};
use sentry_trace_reqwest::{ClientBuilderExt, TraceMiddleware};
use sentry_trace_runtime::TraceFutureExt;
use support::{Host, Reply, Seen, Traced};

fn trace(traced: &Traced) -> TraceMiddleware {
    TraceMiddleware::new().tracer(traced.tracer.clone())
}

fn traced_client(traced: &Traced) -> ClientWithMiddleware {
    let client = Client::builder().build_traced_with(trace(traced));
    client.expect("a client")
}

fn not_following() -> Client {
    let builder = Client::builder().redirect(Policy::none());
    builder.build().expect("a client")
}

/// Sends requests in turn, within a root span.
async fn get(traced: &Traced, client: &ClientWithMiddleware, urls: &[String]) {
    let root = traced.tracer.start_new_trace().start_span("root").start();
    let requests = async {
        for url in urls {
            client.get(url).send().await.expect("a response");
        }
    };
    requests.in_trace_span(root).await;
}

/// The first leads to the second.
fn home_and_away() -> (Host, Host) {
    let away = Host::elsewhere(|_| Reply::of(200));
    let location = away.url("/");
    let home = Host::start(move |_| Reply::redirect(302, location.clone()));
    (home, away)
}

struct Credentials;

#[async_trait::async_trait]
impl Middleware for Credentials {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let secret = HeaderValue::from_static("Bearer x");
        request.headers_mut().insert(AUTHORIZATION, secret);
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn credentials_that_are_added_outside_stay_at_home() {
    let traced = Traced::new();
    let client = not_following();
    let known = trace(&traced).for_client(&client);
    let outside = ClientBuilder::new(client).with(Credentials).with(known);
    let once = ClientBuilder::from_client(traced_client(&traced))
        .with_init(|request: reqwest_middleware::RequestBuilder| request.bearer_auth("x"));
    for client in [outside.build(), once.build()] {
        let (home, away) = home_and_away();
        get(&traced, &client, &[home.url("/")]).await;
        assert_eq!(home.seen()[0].header("authorization"), Some("Bearer x"));
        assert_eq!(away.seen()[0].header("authorization"), None);
    }
}

#[tokio::test]
async fn of_two_middlewares_on_top_of_each_other_one_works() {
    // The outer one may have no tracer.
    for has_tracer in [true, false] {
        let (traced, (home, away)) = (Traced::new(), home_and_away());
        let client = if has_tracer {
            traced_client(&traced)
        } else {
            Client::builder().build_traced().expect("a client")
        };
        let inner = trace(&traced).for_client(client.as_ref());
        let client = ClientBuilder::from_client(client).with(inner).build();
        get(&traced, &client, &[home.url("/")]).await;
        assert!(home.seen()[0].is_traced() && !away.seen()[0].is_traced());
        assert_eq!(traced.spans().len(), 2);
    }
}

#[tokio::test]
async fn a_client_that_follows_says_nothing_of_another_one() {
    let traced = Traced::new();
    let host = Host::start(|seen| match &*seen.path {
        "/redirect" => Reply::redirect(302, "/end"),
        _ => Reply::of(200),
    });
    let trace = trace(&traced);
    let follows = ClientBuilder::new(Client::new())
        .with(trace.clone())
        .build();
    let another = ClientBuilder::new(not_following()).with(trace).build();
    get(&traced, &follows, &[host.url("/redirect")]).await;
    get(&traced, &another, &[host.url("/")]).await;
    get(&traced, &follows, &[host.url("/")]).await;
    let are_traced: Vec<_> = host.seen().iter().map(Seen::is_traced).collect();
    assert_eq!(are_traced, [true, true, true, false]);
}

/// Answers by itself what it has.
struct Cache;

#[async_trait::async_trait]
impl Middleware for Cache {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        if request.url().path() == "/cached" {
            return Ok(http::Response::new("body").into());
        }
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn an_answer_from_a_cache_is_no_redirect() {
    let (traced, host) = (Traced::new(), Host::start(|_| Reply::of(200)));
    let client = ClientBuilder::new(not_following()).with(trace(&traced));
    let client = client.with(Cache).build();
    let urls = ["/", "/cached", "/"].map(|path| host.url(path));
    get(&traced, &client, &urls).await;
    let are_traced: Vec<_> = host.seen().iter().map(Seen::is_traced).collect();
    assert_eq!(are_traced, [true, true]);
    assert_eq!(traced.notes(), [""; 0]);
}

/// Gets a token first, by a client that is traced too, with the extensions of the request.
struct Token(ClientWithMiddleware, String);

#[async_trait::async_trait]
impl Middleware for Token {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let token = Request::new(reqwest::Method::GET, self.1.parse().expect("a URL"));
        let answer = self.0.execute_with_extensions(token, extensions).await?;
        assert_eq!(answer.status(), 200, "the token's redirect was followed");
        next.run(request, extensions).await
    }
}

#[tokio::test]
async fn another_request_with_the_same_extensions_is_traced() {
    let traced = Traced::new();
    let host = Host::start(|seen| match &*seen.path {
        "/old-token" => Reply::redirect(302, "/token"),
        _ => Reply::of(200),
    });
    let token = Token(traced_client(&traced), host.url("/old-token"));
    let traced_twice = trace(&traced).for_client(&not_following());
    let client = ClientBuilder::from_client(traced_client(&traced));
    let client = client.with(token).with(traced_twice).build();
    get(&traced, &client, &[host.url("/")]).await;
    let seen: Vec<_> = host
        .seen()
        .iter()
        .map(|seen| (seen.path.clone(), seen.is_traced()))
        .collect();
    let expected = ["/old-token", "/token", "/"].map(|path| (path.to_owned(), true));
    assert_eq!(seen, expected);
    let spans = traced.spans();
    let found: Vec<_> = spans.iter().map(|span| support::outcome(span).1).collect();
    assert_eq!(found, [0, 0, 1], "the request, the token, its redirect");
}
