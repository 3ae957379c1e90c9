//! The service that starts a span for each request.

use std::task::{Context, Poll};

use http::{Request, Response};
use sentry_trace_http::{ClientConfig, ClientRequest, ClientUrl, Propagation};
use tower_service::Service;

use super::future::ClientFuture;

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
    type Response = S::Response;
    type Error = S::Error;
    type Future = ClientFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let propagation = request
            .extensions()
            .get::<Propagation>()
            .copied()
            .unwrap_or_default();
        let span = self.config.start(
            &ClientRequest::new(
                request.method().as_str(),
                ClientUrl::from_http(request.uri()),
            ),
            propagation,
        );
        span.write_headers(request.headers_mut());
        let mut scope = span.scope();
        let future = scope.run(|| self.inner.call(request));
        ClientFuture::new(future, span, scope)
    }
}
