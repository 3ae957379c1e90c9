//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Response, StatusCode};
use http_body::Body;
use pin_project_lite::pin_project;
use sentry_trace_http::{ServerSpan, fail_on_panic};
use sentry_trace_runtime::current::Scope;
use sentry_trace_runtime::{drop_in, poll_in};

use super::body::ServerBody;
use crate::grpc::{self, Form};

pin_project! {
    /// Polls the inner future with the request's span current; dropped early, it ends the span as cancelled.
    pub struct ServerFuture<F> {
        #[pin]
        inner: Option<F>,
        scope: Scope,
        span: Option<ServerSpan>,
        call: CallFacts,
    }

    impl<F> PinnedDrop for ServerFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // Before the span.
            drop_in(this.scope, this.inner);
        }
    }
}

/// What of the request tells how its response ends.
#[derive(Clone, Copy)]
pub(super) struct CallFacts {
    /// The response has no body, whatever its headers say.
    pub(super) has_no_body: bool,
    /// The response has no body if it succeeds: the connection becomes a tunnel.
    pub(super) is_connect: bool,
    /// The status may stand in `grpc-status`.
    pub(super) is_grpc: bool,
}

impl<F> ServerFuture<F> {
    pub(super) const fn new(
        inner: F,
        span: Option<ServerSpan>,
        scope: Scope,
        call: CallFacts,
    ) -> Self {
        Self {
            inner: Some(inner),
            scope,
            span,
            call,
        }
    }
}

impl<F, B, E> Future for ServerFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<ServerBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let poll = || poll_in(this.scope, this.inner, cx);
        let result = ready!(fail_on_panic(this.span, poll));
        let span = this.span.take();
        Poll::Ready(match result {
            Ok(response) => Ok(with_span(
                response,
                span,
                std::mem::take(this.scope),
                *this.call,
            )),
            Err(error) => {
                span.into_iter().for_each(ServerSpan::fail);
                Err(error)
            }
        })
    }
}

/// Lets the span live on in the body, or ends it where the connection becomes something else (rule R10).
fn with_span<B: Body>(
    response: Response<B>,
    mut span: Option<ServerSpan>,
    scope: Scope,
    call: CallFacts,
) -> Response<ServerBody<B>> {
    let status = response.status();
    if let Some(span) = &span {
        span.respond(status.as_u16(), response.headers());
        let grpc_status = || grpc::status(response.headers());
        if let Some(status) = call.is_grpc.then(grpc_status).flatten() {
            span.set_status(status);
        }
    }
    if status == StatusCode::SWITCHING_PROTOCOLS {
        span.into_iter().for_each(ServerSpan::finish);
        return response.map(|body| ServerBody::new(body, None, scope, None, false));
    }
    let has_no_body = call.has_no_body
        || call.is_connect && status.is_success()
        || status == StatusCode::NO_CONTENT
        || status == StatusCode::NOT_MODIFIED;
    let is_recording = |span: &ServerSpan| span.handle().is_recording();
    // The status of a gRPC message comes behind its bytes.
    let ends_with_trailers = || call.is_grpc && grpc::form(response.headers()) == Some(Form::Plain);
    let length = if has_no_body {
        // A body that is not sent may still own spans.
        Some(0)
    } else if span.as_ref().is_some_and(is_recording) && !ends_with_trailers() {
        fail_on_panic(&mut span, || announced_length(&response))
    } else {
        None
    };
    response.map(|body| ServerBody::new(body, span, scope, length, call.is_grpc))
}

/// How many bytes the body has, where that is said.
fn announced_length<B: Body>(response: &Response<B>) -> Option<u64> {
    let exact = response.body().size_hint().exact();
    exact.or_else(|| content_length(response.headers()))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
