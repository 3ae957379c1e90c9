//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;
use sentry_trace_http::ClientSpan;
use sentry_trace_runtime::current::Scope;

pin_project! {
    /// Polls the inner future with the request's span current; dropped early, it ends the span as cancelled.
    pub struct ClientFuture<F> {
        #[pin]
        inner: F,
        span: Option<ClientSpan>,
        scope: Scope,
    }
}

impl<F> ClientFuture<F> {
    pub(super) const fn new(inner: F, span: ClientSpan, scope: Scope) -> Self {
        Self {
            inner,
            span: Some(span),
            scope,
        }
    }
}

impl<F, B, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<B>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.scope.run(|| this.inner.poll(cx)));
        if let Some(span) = this.span.take() {
            match &result {
                Ok(response) => span.respond(response.status().as_u16()),
                Err(_) => span.fail(),
            }
        }
        Poll::Ready(result)
    }
}
