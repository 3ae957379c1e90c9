//! The body of a response, which the span lives as long as.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sentry_trace_http::{ServerSpan, fail_on_panic};
use sentry_trace_runtime::current::Scope;
use sentry_trace_runtime::{contain, drop_in};

use crate::grpc;

pin_project! {
    /// A body that is not changed in any way. Its end ends the span; dropped before, it ends the span as cancelled.
    pub struct ServerBody<B: Body> {
        // Taken out inside the scope and before the span ends, so that what the body drops belongs to the request too.
        #[pin]
        inner: Option<B>,
        span: Option<ServerSpan>,
        scope: Scope,
        // Bytes that are still to come, where the response says how many there are.
        left: Option<u64>,
        // The status may stand in the trailers.
        is_grpc: bool,
        has_failed: bool,
    }

    impl<B: Body> PinnedDrop for ServerBody<B> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // Servers drop a body that has said it is at its end without asking again, and one that has given as many
            // bytes as were announced. One that has panicked has no span any more and is not asked.
            let is_at_its_end = this.span.is_some()
                && this.inner.as_ref().as_pin_ref().is_some_and(is_at_its_end);
            fail_on_panic(this.span, || drop_in(this.scope, this.inner));
            if *this.has_failed || is_at_its_end || *this.left == Some(0) {
                ServerSpan::end_body(this.span.take(), this.scope, *this.has_failed);
            }
        }
    }
}

impl<B: Body> ServerBody<B> {
    pub(super) const fn new(
        inner: B,
        span: Option<ServerSpan>,
        scope: Scope,
        length: Option<u64>,
        is_grpc: bool,
    ) -> Self {
        Self {
            inner: Some(inner),
            span,
            scope,
            left: length,
            is_grpc,
            has_failed: false,
        }
    }
}

/// A layer outside that may answer by itself asks for it, as tower-http's for CORS does.
impl<B: Body + Default> Default for ServerBody<B> {
    fn default() -> Self {
        Self::new(B::default(), None, Scope::default(), None, false)
    }
}

impl<B: Body> Body for ServerBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let poll = || {
            let polled = match this.inner.as_mut().as_pin_mut() {
                Some(inner) => inner.poll_frame(cx),
                None => Poll::Ready(None),
            };
            if is_last(&polled) {
                this.inner.set(None);
            }
            polled
        };
        let polled = fail_on_panic(this.span, || this.scope.run(poll));
        match &polled {
            Poll::Ready(None) => {
                ServerSpan::end_body(this.span.take(), this.scope, *this.has_failed);
            }
            // Whoever reads the body may go on all the same; a server drops it now.
            Poll::Ready(Some(Err(_))) => *this.has_failed = true,
            Poll::Ready(Some(Ok(frame))) => {
                if let (Some(left), Some(data)) = (this.left.as_mut(), frame.data_ref()) {
                    *left = left.saturating_sub(data.remaining() as u64);
                }
                if let Some(trailers) = frame.trailers_ref() {
                    let status = this.is_grpc.then(|| grpc::status(trailers)).flatten();
                    if let (Some(span), Some(status)) = (&*this.span, status) {
                        span.set_status(status);
                    }
                    ServerSpan::end_body(this.span.take(), this.scope, *this.has_failed);
                }
            }
            Poll::Pending => {}
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

/// Asks a body that may be dropped because of a panic: a second one would end the process.
fn is_at_its_end<B: Body>(body: Pin<&B>) -> bool {
    contain(|| body.is_end_stream()).unwrap_or(false)
}

/// Whether nothing comes after this: HTTP/2 stops polling after the trailers.
fn is_last<D, E>(polled: &Poll<Option<Result<Frame<D>, E>>>) -> bool {
    match polled {
        Poll::Ready(Some(Ok(frame))) => frame.is_trailers(),
        Poll::Ready(None) => true,
        Poll::Ready(Some(Err(_))) | Poll::Pending => false,
    }
}
