//! The body of a response whose page may get tags.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;
use sentry_trace_http::html::Page;

pin_project! {
    /// A body that is passed on as it is, or with meta tags behind its `<head …>`.
    pub struct InjectMetaBody<B: MessageBody> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjected]
    enum Kind<B: MessageBody> {
        Untouched { #[pin] inner: B },
        // In a box of its own: most bodies are no pages.
        Page { source: Box<Source<B>> },
    }
}

/// A body whose page gets tags.
pub(super) struct Source<B: MessageBody> {
    inner: Pin<Box<B>>,
    page: Page,
    size: BodySize,
    error: Option<B::Error>,
    has_ended: bool,
}

impl<B: MessageBody> InjectMetaBody<B> {
    pub(super) const fn untouched(inner: B) -> Self {
        Self {
            kind: Kind::Untouched { inner },
        }
    }

    pub(super) fn page(source: Source<B>) -> Self {
        let source = Box::new(source);
        Self {
            kind: Kind::Page { source },
        }
    }
}

impl<B: MessageBody> Source<B> {
    pub(super) fn new(inner: B, tags: Bytes) -> Self {
        Self {
            size: inner.size(),
            inner: Box::pin(inner),
            page: Page::new(tags),
            error: None,
            has_ended: false,
        }
    }

    /// Reads what is there until it is known whether the tags go in; `None` where that takes waiting.
    pub(super) fn peek(&mut self, cx: &mut Context<'_>) -> Option<bool> {
        while self.page.takes_tags().is_none() && !self.has_ended {
            if self.read(cx).is_pending() {
                return None;
            }
        }
        self.page.takes_tags()
    }

    pub(super) const fn size(&self) -> BodySize {
        self.size
    }

    /// Says how much longer the body has become; `None` where nobody knows.
    pub(super) fn grow(&mut self, more: Option<usize>) {
        self.size = match (self.size, more) {
            (BodySize::Sized(size), Some(more)) => {
                let size = size.checked_add(more as u64);
                size.map_or(BodySize::Stream, BodySize::Sized)
            }
            (BodySize::None, _) => BodySize::None,
            _ => BodySize::Stream,
        };
    }

    /// Reads one chunk.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.inner.as_mut().poll_next(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(Ok(bytes))) => self.page.push(bytes),
            Poll::Ready(end) => {
                self.page.finish();
                self.error = end.and_then(Result::err);
                self.has_ended = true;
            }
        }
        Poll::Ready(())
    }

    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        if self.page.is_settled() && !self.has_ended {
            return self.inner.as_mut().poll_next(cx);
        }
        loop {
            if let Some(bytes) = self.page.pop() {
                return Poll::Ready(Some(Ok(bytes)));
            }
            if self.has_ended {
                return Poll::Ready(self.error.take().map(Err));
            }
            // What is held back does not wait for a body that has nothing ready.
            if self.read(cx).is_pending() && !self.page.release() {
                return Poll::Pending;
            }
        }
    }
}

impl<B: MessageBody> MessageBody for InjectMetaBody<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        match &self.kind {
            Kind::Untouched { inner } => inner.size(),
            Kind::Page { source } => source.size,
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, B::Error>>> {
        match self.project().kind.project() {
            KindProjected::Untouched { inner } => inner.poll_next(cx),
            KindProjected::Page { source } => source.poll_next(cx),
        }
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self.kind {
            Kind::Untouched { inner } => inner.try_into_bytes().map_err(Self::untouched),
            page @ Kind::Page { .. } => Err(Self { kind: page }),
        }
    }
}
