//! The service that starts a span for each request.

use std::task::{Context, Poll};

use http::{Method, Request, Response};
use http_body::Body;
use sentry_trace_http::{ServerConfig, ServerRequest, incoming};
use tower_service::Service;

use super::body::ServerBody;
use super::facts::{FromRequest, RequestFacts};
use super::future::ServerFuture;

/// Starts a span for each request; made by [`ServerLayer`](super::ServerLayer).
#[derive(Clone, Debug)]
pub struct ServerService<S, F = FromRequest> {
    inner: S,
    config: ServerConfig,
    facts: F,
}

impl<S, F> ServerService<S, F> {
    pub(super) const fn new(inner: S, config: ServerConfig, facts: F) -> Self {
        Self {
            inner,
            config,
            facts,
        }
    }
}

impl<S, F, B, R> Service<Request<B>> for ServerService<S, F>
where
    S: Service<Request<B>, Response = Response<R>>,
    F: RequestFacts,
    R: Body,
{
    type Response = Response<ServerBody<R>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let seen = ServerRequest::from_http(&request)
            .with_route(self.facts.route(&request))
            .with_client_address(self.facts.client_address(&request));
        let span = self.config.start(&seen, incoming(request.headers()));
        let has_no_body = request.method() == Method::HEAD;
        let mut scope = span.scope();
        let future = scope.run(|| self.inner.call(request));
        ServerFuture::new(future, span, scope, has_no_body)
    }
}
