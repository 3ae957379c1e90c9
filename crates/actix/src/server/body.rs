//! The body of a response, which the span lives as long as.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;
use sentry_trace_http::ServerSpan;
use sentry_trace_runtime::current::Scope;

pin_project! {
    /// A body that is not changed in any way. Its end ends the span; dropped before, it ends the span as cancelled.
    pub struct ServerBody<B> {
        // Taken out inside the scope, so that what the body drops belongs to the request too.
        #[pin]
        inner: Option<B>,
        span: Option<ServerSpan>,
        scope: Scope,
        // Bytes that are still to come, where the body says how many they are.
        left: Option<u64>,
    }

    impl<B> PinnedDrop for ServerBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.scope.run(|| this.inner.set(None));
            // A server that has all announced bytes need not ask for the end.
            if *this.left == Some(0) {
                this.span.take().into_iter().for_each(ServerSpan::finish);
            }
        }
    }
}

impl<B: MessageBody> ServerBody<B> {
    pub(super) fn new(inner: B, span: Option<ServerSpan>, scope: Scope) -> Self {
        let left = match inner.size() {
            BodySize::Sized(size) => Some(size),
            BodySize::None | BodySize::Stream => None,
        };
        Self {
            inner: Some(inner),
            span,
            scope,
            left,
        }
    }
}

impl<B: MessageBody> MessageBody for ServerBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.inner
            .as_ref()
            .map_or(BodySize::None, MessageBody::size)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, B::Error>>> {
        let mut this = self.project();
        // Out of its place while the body runs: a panic drops it here, and is its status.
        let span = this.span.take();
        let polled = this.scope.run(|| match this.inner.as_mut().as_pin_mut() {
            Some(inner) => inner.poll_next(cx),
            None => Poll::Ready(None),
        });
        let Some(span) = span else { return polled };
        match &polled {
            Poll::Pending => *this.span = Some(span),
            Poll::Ready(None) => span.finish(),
            Poll::Ready(Some(Err(_))) => span.fail(),
            Poll::Ready(Some(Ok(chunk))) => {
                *this.left = this
                    .left
                    .map(|left| left.saturating_sub(chunk.len() as u64));
                *this.span = Some(span);
            }
        }
        polled
    }

    fn try_into_bytes(mut self) -> Result<Bytes, Self> {
        let Some(inner) = self.inner.take() else {
            return Err(self);
        };
        match inner.try_into_bytes() {
            Ok(bytes) => {
                self.span.take().into_iter().for_each(ServerSpan::finish);
                Ok(bytes)
            }
            Err(inner) => {
                self.inner = Some(inner);
                Err(self)
            }
        }
    }
}
