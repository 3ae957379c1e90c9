//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use awc::ConnectResponse;
use awc::error::SendRequestError;
use pin_project_lite::pin_project;
use sentry_trace_http::ClientSpan;
use sentry_trace_runtime::Scoped;
use sentry_trace_runtime::current::Scope;

pin_project! {
    /// Polls the inner future with the request's span current; dropped early, it ends the span as cancelled.
    pub struct ClientFuture<F> {
        // Dropped before the span.
        #[pin]
        inner: Scoped<F>,
        span: Option<ClientSpan>,
    }
}

impl<F> ClientFuture<F> {
    pub(super) const fn new(inner: F, span: ClientSpan, scope: Scope) -> Self {
        Self {
            inner: Scoped::new(inner, scope),
            span: Some(span),
        }
    }
}

impl<F> Future for ClientFuture<F>
where
    F: Future<Output = Result<ConnectResponse, SendRequestError>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx));
        if let Some(span) = this.span.take() {
            match &result {
                Ok(response) => span.respond(status(response)),
                Err(_) => span.fail(),
            }
        }
        Poll::Ready(result)
    }
}

fn status(response: &ConnectResponse) -> u16 {
    match response {
        ConnectResponse::Client(response) => response.status().as_u16(),
        ConnectResponse::Tunnel(head, _) => head.status.as_u16(),
    }
}
