//! The body of a response, which the span of a gRPC call lives as long as.

use std::pin::Pin;
use std::task::{Context, Poll};

use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use sentry_trace_http::ClientSpan;
use sentry_trace_runtime::core::status::SpanStatus;

use crate::grpc;

pin_project! {
    /// A body that is not changed in any way. That of a gRPC call ends the span with its trailers, and dropped before
    /// as cancelled; the spans of all other requests have ended with the headers (rule R10).
    #[derive(Debug)]
    pub struct ClientBody<B> {
        #[pin]
        inner: B,
        span: Option<ClientSpan>,
    }
}

impl<B> ClientBody<B> {
    pub(super) const fn new(inner: B, span: Option<ClientSpan>) -> Self {
        Self { inner, span }
    }

    /// The body itself. The span of a gRPC call that has not come to its trailers ends as cancelled.
    pub fn into_inner(self) -> B {
        self.inner
    }
}

/// A layer outside that may answer by itself asks for it, as tower-http's for CORS does.
impl<B: Default> Default for ClientBody<B> {
    fn default() -> Self {
        Self::new(B::default(), None)
    }
}

impl<B: Body> Body for ClientBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let this = self.project();
        let polled = this.inner.poll_frame(cx);
        let status = match &polled {
            Poll::Ready(None) => Some(SpanStatus::UnknownError),
            Poll::Ready(Some(Err(_))) => Some(SpanStatus::InternalError),
            Poll::Ready(Some(Ok(frame))) => frame.trailers_ref().map(status_in),
            Poll::Pending => None,
        };
        if let Some(status) = status {
            let span = this.span.take();
            span.into_iter().for_each(|span| span.end(status));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A call without a status has an unknown one (gRPC, "Status codes and their use in gRPC").
fn status_in(trailers: &HeaderMap) -> SpanStatus {
    grpc::status(trailers).unwrap_or(SpanStatus::UnknownError)
}
