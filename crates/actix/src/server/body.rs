//! The body of a response, which the span lives as long as.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;
use sentry_trace_http::{ServerSpan, fail_on_panic};
use sentry_trace_runtime::current::Scope;

pin_project! {
    /// A body that is not changed in any way. Its end ends the span; dropped before, it ends the span as cancelled.
    pub struct ServerBody<B> {
        // Taken out inside the scope and before the span ends, so that what the body drops belongs to the request too.
        #[pin]
        inner: Option<B>,
        // What the body has last said of its size, when it is gone.
        size: BodySize,
        span: Option<ServerSpan>,
        scope: Scope,
        // Bytes that the client still waits for, where it is known how many they are.
        left: Option<u64>,
        has_failed: bool,
    }

    impl<B> PinnedDrop for ServerBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            fail_on_panic(this.span, || this.scope.run(|| this.inner.set(None)));
            // A server that has all announced bytes need not ask for the end.
            if *this.has_failed || *this.left == Some(0) {
                ServerSpan::end_body(this.span.take(), this.scope, *this.has_failed);
            }
        }
    }
}

impl<B: MessageBody> ServerBody<B> {
    /// `expected` is how many bytes the client waits for, where that is known.
    pub(super) const fn new(
        inner: B,
        span: Option<ServerSpan>,
        scope: Scope,
        expected: Option<u64>,
    ) -> Self {
        Self {
            inner: Some(inner),
            size: BodySize::None,
            span,
            scope,
            left: expected,
            has_failed: false,
        }
    }
}

impl<B: MessageBody> MessageBody for ServerBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.inner.as_ref().map_or(self.size, MessageBody::size)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, B::Error>>> {
        let mut this = self.project();
        let poll = || {
            let polled = match this.inner.as_mut().as_pin_mut() {
                Some(inner) => inner.poll_next(cx),
                None => Poll::Ready(None),
            };
            if matches!(polled, Poll::Ready(None)) {
                if let Some(inner) = this.inner.as_ref().as_pin_ref() {
                    *this.size = inner.size();
                }
                this.inner.set(None);
            }
            polled
        };
        let polled = fail_on_panic(this.span, || this.scope.run(poll));
        match &polled {
            Poll::Ready(None) => {
                ServerSpan::end_body(this.span.take(), this.scope, *this.has_failed);
            }
            // Whoever reads the body may go on all the same; the server drops it now.
            Poll::Ready(Some(Err(_))) => *this.has_failed = true,
            Poll::Ready(Some(Ok(chunk))) => {
                if let Some(left) = this.left {
                    *left = left.saturating_sub(chunk.len() as u64);
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn try_into_bytes(mut self) -> Result<Bytes, Self> {
        let Some(inner) = self.inner.take() else {
            return Err(self);
        };
        let take = || inner.try_into_bytes();
        match fail_on_panic(&mut self.span, || self.scope.run(take)) {
            Ok(bytes) => {
                ServerSpan::end_body(self.span.take(), &mut self.scope, self.has_failed);
                Ok(bytes)
            }
            Err(inner) => {
                self.inner = Some(inner);
                Err(self)
            }
        }
    }
}
