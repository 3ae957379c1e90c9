//! The service that starts a span for each request.

use std::task::{Context, Poll};

use http::{Request, Response};
use sentry_trace_http::ClientConfig;
use tower_service::Service;

use super::body::ClientBody;
use super::future::ClientFuture;
use super::start::start;

/// Starts a span for each request; made by [`ClientLayer`](super::ClientLayer).
#[derive(Clone, Debug)]
pub struct ClientService<S> {
    inner: S,
    config: ClientConfig,
}

impl<S> ClientService<S> {
    pub(super) const fn new(inner: S, config: ClientConfig) -> Self {
        Self { inner, config }
    }
}

impl<S, B, R> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<ClientBody<R>>;
    type Error = S::Error;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        start(&self.config, request, |request| self.inner.call(request))
    }
}
