//! A page that is read from the body of a response.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use sentry_trace_http::html::Page;

/// A body whose page gets tags. What does not belong to the page, trailers or an error, comes behind it.
pub(super) struct Source<B: Body> {
    inner: Pin<Box<B>>,
    page: Page,
    last: Option<Result<Frame<Bytes>, B::Error>>,
    has_ended: bool,
}

impl<B: Body> Source<B> {
    pub(super) fn new(inner: B, tags: Bytes) -> Self {
        Self {
            inner: Box::pin(inner),
            page: Page::new(tags),
            last: None,
            has_ended: false,
        }
    }

    /// Reads what is there until it is known whether the tags go in; `None` where that takes waiting.
    pub(super) fn peek(&mut self, cx: &mut Context<'_>) -> Option<bool> {
        while self.page.takes_tags().is_none() && !self.is_read() {
            if self.read(cx).is_pending() {
                return None;
            }
        }
        self.page.takes_tags()
    }

    pub(super) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if self.page.is_settled() && !self.has_ended {
            return self.inner.as_mut().poll_frame(cx).map_ok(to_bytes);
        }
        loop {
            if let Some(bytes) = self.page.pop() {
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            if self.is_read() {
                return Poll::Ready(self.last.take());
            }
            // What is held back does not wait for a body that has nothing ready.
            if self.read(cx).is_pending() && !self.page.release() {
                return Poll::Pending;
            }
        }
    }

    /// Reads one frame.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let frame = match self.inner.as_mut().poll_frame(cx) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(frame) => frame,
        };
        match frame.map(|frame| frame.map(|frame| to_bytes(frame).into_data())) {
            Some(Ok(Ok(bytes))) => self.page.push(bytes),
            Some(Ok(Err(trailers))) => self.end(Some(Ok(trailers))),
            Some(Err(error)) => self.end(Some(Err(error))),
            None => self.end(None),
        }
        Poll::Ready(())
    }

    fn end(&mut self, last: Option<Result<Frame<Bytes>, B::Error>>) {
        self.page.finish();
        self.last = last;
        self.has_ended = true;
    }

    const fn is_read(&self) -> bool {
        self.has_ended
    }

    pub(super) fn is_end_stream(&self) -> bool {
        self.page.is_empty()
            && self.last.is_none()
            && (self.has_ended || self.inner.is_end_stream())
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        let (least, most) = self.page.pending_len();
        let inner = self.inner.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(least as u64));
        // More than can be counted is as good as unknown.
        let upper = inner
            .upper()
            .and_then(|upper| upper.checked_add(most as u64));
        if let Some(upper) = upper {
            hint.set_upper(upper);
        }
        hint
    }
}

pub(super) fn to_bytes<D: Buf>(frame: Frame<D>) -> Frame<Bytes> {
    frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
}
