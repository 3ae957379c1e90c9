//! The middleware that names the trace in a header.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready as try_ready};

use actix_web::Error;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use pin_project_lite::pin_project;
use sentry_trace_http::TraceMeta;
use sentry_trace_http::html::server_timing;

use crate::server::headers::View;

/// Appends the trace to the `Server-Timing` header of responses of any type, except those that a shared cache may store
/// (rule R11). Lighter than [`InjectMeta`](super::InjectMeta): the body is not touched.
///
/// Browsers prefer the tags where a page has both. It stands inside of [`TraceMiddleware`](crate::TraceMiddleware).
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct ServerTiming;

/// Made by [`ServerTiming`].
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

impl ServerTiming {
    /// The middleware.
    pub const fn new() -> Self {
        Self
    }
}

impl<S, B> Transform<S, ServiceRequest> for ServerTiming
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = ServerTimingService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(ServerTimingService { inner }))
    }
}

impl<S, B> Service<ServiceRequest> for ServerTimingService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = ServerTimingFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        ServerTimingFuture {
            inner: self.inner.call(request),
        }
    }
}

impl<F, B> Future for ServerTimingFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut result = try_ready!(self.project().inner.poll(cx));
        let meta = TraceMeta::current();
        match &mut result {
            Ok(response) => write(&meta, response.status(), response.headers_mut()),
            // What middleware hands on becomes a response later, outside of the request's span.
            Err(error) if !meta.is_none() => error.add_response_mapper(move |mut response| {
                write(&meta, response.status(), response.headers_mut());
                response
            }),
            Err(_) => {}
        }
        Poll::Ready(result)
    }
}

fn write(meta: &TraceMeta, status: StatusCode, headers: &mut HeaderMap) {
    let line = server_timing(meta, status.as_u16(), &View(headers));
    if let Some(value) = line.and_then(|line| HeaderValue::from_bytes(&line).ok()) {
        headers.insert(HeaderName::from_static(NAME), value);
    }
}

const NAME: &str = "server-timing";
