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
use crate::grpc::{self, Form};

pin_project! {
    /// Polls the inner future with the request's span current; dropped early, it ends the span as cancelled.
    pub struct ClientFuture<F> {
        // Dropped before the span.
        #[pin]
        inner: Scoped<F>,
        span: Option<ClientSpan>,
        // The status may stand in `grpc-status`.
        grpc: Option<Form>,
    }
}

impl<F> ClientFuture<F> {
    pub(super) const fn new(inner: F, span: ClientSpan, scope: Scope, grpc: Option<Form>) -> Self {
        Self {
            inner: Scoped::new(inner, scope),
            span: Some(span),
            grpc,
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
                let (code, headers, grpc) = (response.status(), response.headers(), *this.grpc);
                let open = span.and_then(|span| respond(span, code, headers, grpc));
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
    grpc: Option<Form>,
) -> Option<ClientSpan> {
    let status = grpc.and_then(|_| grpc::status(headers));
    let has_trailers =
        code == StatusCode::OK && grpc.is_some_and(|call| ends_with_trailers(call, headers));
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

/// Whether the status of a call comes behind the bytes of its response.
fn ends_with_trailers(call: Form, response: &HeaderMap) -> bool {
    match grpc::form(response) {
        Some(Form::Plain) => true,
        // A layer below makes gRPC-Web of a plain call, and takes the trailers out of the bytes.
        Some(Form::Web) => call == Form::Plain,
        None => false,
    }
}
