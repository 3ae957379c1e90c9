//! The service that starts a span for each request.

use std::task::{Context, Poll};

use actix_service::Service;
use awc::error::SendRequestError;
use awc::{ConnectRequest, ConnectResponse};
use sentry_trace_http::{ClientConfig, ClientSpan};

use super::future::ClientFuture;
use super::{headers, propagation, request};

/// Starts a span for each request; made by [`ClientMiddleware`](crate::ClientMiddleware).
#[derive(Clone, Debug)]
pub struct ClientService<S> {
    inner: S,
    config: ClientConfig,
}

impl<S> ClientService<S> {
    pub(super) const fn new(inner: S, config: ClientConfig) -> Self {
        Self { inner, config }
    }

    /// Starts the span and writes our headers, if the request gets them.
    fn start(&self, request: &mut ConnectRequest) -> ClientSpan {
        let head = request::own_head(request);
        let wanted = propagation::take(&mut head.headers);
        let span = self.config.start(&request::seen(head), wanted);
        if span.propagates() {
            headers::write(&mut head.headers, span.handle());
        }
        span
    }
}

impl<S> Service<ConnectRequest> for ClientService<S>
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError>,
{
    type Response = ConnectResponse;
    type Error = SendRequestError;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), SendRequestError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, mut request: ConnectRequest) -> Self::Future {
        let span = self.start(&mut request);
        let mut scope = span.scope();
        let future = scope.run(|| self.inner.call(request));
        ClientFuture::new(future, span, scope)
    }
}
