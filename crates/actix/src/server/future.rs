//! The future of a response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode};
use pin_project_lite::pin_project;
use sentry_trace_http::{ServerSpan, fail_on_panic};
use sentry_trace_runtime::current::Scope;
use sentry_trace_runtime::{drop_in, poll_in};

use super::body::ServerBody;
use super::error::end_with_error;
use super::headers::View;
use super::route::{Expected, correct};

pin_project! {
    /// Polls the inner future with the request's span current; dropped early, it ends the span as cancelled.
    pub struct ServerFuture<F> {
        #[pin]
        inner: Option<F>,
        scope: Scope,
        span: Option<ServerSpan>,
        expected: Expected,
    }

    impl<F> PinnedDrop for ServerFuture<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // Before the span.
            drop_in(this.scope, this.inner);
        }
    }
}

impl<F> ServerFuture<F> {
    pub(super) const fn new(
        inner: F,
        span: Option<ServerSpan>,
        scope: Scope,
        expected: Expected,
    ) -> Self {
        Self {
            inner: Some(inner),
            scope,
            span,
            expected,
        }
    }
}

impl<F, B> Future for ServerFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ServerBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let poll = || poll_in(this.scope, this.inner, cx);
        let result = ready!(fail_on_panic(this.span, poll));
        let span = this.span.take();
        if let (Some(span), Ok(response)) = (&span, &result) {
            correct(span, response.request(), this.expected);
        }
        Poll::Ready(match result {
            Ok(response) => Ok(with_span(response, span, std::mem::take(this.scope))),
            Err(mut error) => {
                span.into_iter()
                    .for_each(|span| end_with_error(span, &mut error));
                Err(error)
            }
        })
    }
}

/// Lets the span live on in the body, or ends it where the connection becomes something else (rule R10).
fn with_span<B: MessageBody>(
    response: ServiceResponse<B>,
    mut span: Option<ServerSpan>,
    scope: Scope,
) -> ServiceResponse<ServerBody<B>> {
    if let Some(span) = &span {
        span.respond(response.status().as_u16(), &View(response.headers()));
    }
    let expected = fail_on_panic(&mut span, || expected_bytes(&response));
    let open = if is_upgrade(&response) && expected != Some(0) {
        span.into_iter().for_each(ServerSpan::finish);
        None
    } else {
        span
    };
    response.map_body(|_, body| ServerBody::new(body, open, scope, expected))
}

/// Whether the body, where there is one, is what is said on the connection from now on: after 101, and in a tunnel.
fn is_upgrade<B>(response: &ServiceResponse<B>) -> bool {
    let is_tunnel =
        || response.request().method() == Method::CONNECT && response.status().is_success();
    response.status() == StatusCode::SWITCHING_PROTOCOLS || is_tunnel()
}

/// How many bytes of body the client waits for, where that is known. A body of which it gets none may still own spans,
/// and some servers ask it all the same.
fn expected_bytes<B: MessageBody>(response: &ServiceResponse<B>) -> Option<u64> {
    let has_no_body = response.request().method() == Method::HEAD
        || response.status() == StatusCode::NO_CONTENT
        || response.status() == StatusCode::NOT_MODIFIED;
    match response.response().body().size() {
        _ if has_no_body => Some(0),
        BodySize::None => Some(0),
        BodySize::Sized(size) => Some(size),
        BodySize::Stream => None,
    }
}
