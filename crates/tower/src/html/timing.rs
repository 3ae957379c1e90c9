//! The layer that names the trace in a header.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Request, Response};
use pin_project_lite::pin_project;
use sentry_trace_http::html::write_server_timing;
use tower_layer::Layer;
use tower_service::Service;

/// Appends the trace to the `Server-Timing` header of responses of any type, except those that a shared cache may store
/// (rule R11). Lighter than [`InjectMetaLayer`](super::InjectMetaLayer): the body is not touched.
///
/// Browsers prefer the tags where a page has both. It stands inside of [`ServerLayer`](crate::ServerLayer).
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct ServerTimingLayer;

/// Made by [`ServerTimingLayer`].
#[derive(Clone, Copy, Debug)]
pub struct ServerTimingService<S> {
    inner: S,
}

pin_project! {
    /// The future of [`ServerTimingService`].
    pub struct ServerTimingFuture<F> {
        #[pin]
        inner: F,
    }
}

impl ServerTimingLayer {
    /// The layer.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for ServerTimingLayer {
    type Service = ServerTimingService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerTimingService { inner }
    }
}

impl<S, B, R> Service<Request<B>> for ServerTimingService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = ServerTimingFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        ServerTimingFuture {
            inner: self.inner.call(request),
        }
    }
}

impl<F, B, E> Future for ServerTimingFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut result = ready!(self.project().inner.poll(cx));
        if let Ok(response) = &mut result {
            write_server_timing(response.status().as_u16(), response.headers_mut());
        }
        Poll::Ready(result)
    }
}
