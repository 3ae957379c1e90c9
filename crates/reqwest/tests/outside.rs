//! Middleware outside of ours that sends requests of its own with the same extensions.

mod support;

use std::sync::atomic::{AtomicBool, Ordering};

use http::Extensions;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Response};
use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};
use sentry_trace_reqwest::TraceMiddleware;
use sentry_trace_runtime::TraceFutureExt;
use support::{Host, Reply, Traced, outcome};

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
    let client = Client::builder()
        .redirect(Policy::none())
        .build()
        .expect("a client");
    let trace = TraceMiddleware::new()
        .tracer(traced.tracer.clone())
        .for_client(&client);
    let client = ClientBuilder::new(client)
        .with(OAuth(host.url("/token")))
        .with(trace)
        .build();
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
