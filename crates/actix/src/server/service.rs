//! The service that starts a span for each request.

use std::task::{Context, Poll};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use sentry_trace_http::{ServerConfig, fail_on_panic};

use super::body::ServerBody;
use super::future::ServerFuture;
use super::headers::incoming;
use super::request::Received;

/// Starts a span for each request; made by [`TraceMiddleware`](crate::TraceMiddleware).
#[derive(Clone, Debug)]
pub struct TraceService<S> {
    inner: S,
    config: ServerConfig,
}

impl<S> TraceService<S> {
    pub(super) const fn new(inner: S, config: ServerConfig) -> Self {
        Self { inner, config }
    }
}

impl<S, B> Service<ServiceRequest> for TraceService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ServerBody<B>>;
    type Error = Error;
    type Future = ServerFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let received = Received::of(request.request());
        let span = self.config.start(&received, incoming(request.headers()));
        let expected = received.route.into();
        let mut scope = span.scope();
        let mut span = Some(span);
        let call = || self.inner.call(request);
        let future = fail_on_panic(&mut span, || scope.run(call));
        ServerFuture::new(future, span, scope, expected)
    }
}
