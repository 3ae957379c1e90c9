//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, Response, StatusCode};
use pin_project_lite::pin_project;
use sentry_trace_http::ClientSpan;
use sentry_trace_runtime::Scoped;
use sentry_trace_runtime::current::Scope;

use super::body::ClientBody;
use crate::grpc;

pin_project! {
    /// Polls the inner future with the request's span current; dropped early, it ends the span as cancelled.
    pub struct ClientFuture<F> {
        // Dropped before the span.
        #[pin]
        inner: Scoped<F>,
        span: Option<ClientSpan>,
        // The status may stand in `grpc-status`.
        is_grpc: bool,
    }
}

impl<F> ClientFuture<F> {
    pub(super) const fn new(inner: F, span: ClientSpan, scope: Scope, is_grpc: bool) -> Self {
        Self {
            inner: Scoped::new(inner, scope),
            span: Some(span),
            is_grpc,
        }
    }
}

impl<F, B, E> Future for ClientFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ClientBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = ready!(this.inner.poll(cx));
        let span = this.span.take();
        Poll::Ready(match result {
            Ok(response) => {
                let (code, headers, is_grpc) =
                    (response.status(), response.headers(), *this.is_grpc);
                let open = span.and_then(|span| respond(span, code, headers, is_grpc));
                Ok(response.map(|body| ClientBody::new(body, open)))
            }
            Err(error) => {
                span.into_iter().for_each(ClientSpan::fail);
                Err(error)
            }
        })
    }
}

/// Ends the span with the headers of the response; that of a gRPC call goes on until there is a status.
fn respond(
    span: ClientSpan,
    code: StatusCode,
    headers: &HeaderMap,
    is_grpc: bool,
) -> Option<ClientSpan> {
    let status = is_grpc.then(|| grpc::status(headers)).flatten();
    let has_trailers = is_grpc && code == StatusCode::OK && grpc::is_message(headers);
    if status.is_none() && !has_trailers {
        span.respond(code.as_u16());
        return None;
    }
    span.note_status_code(code.as_u16());
    match status {
        Some(status) => {
            span.end(status);
            None
        }
        None => Some(span),
    }
}
