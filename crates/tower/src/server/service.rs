//! The service that starts a span for each request.

use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use sentry_trace_http::ServerConfig;
use tower_service::Service;

use super::body::ServerBody;
use super::facts::{FromRequest, RequestFacts};
use super::future::ServerFuture;
use super::start::start;

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
        start(&self.config, &self.facts, request, |request| {
            self.inner.call(request)
        })
    }
}
