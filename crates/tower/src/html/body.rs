//! The body of a response whose page may get tags.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::source::{Source, to_bytes};

pin_project! {
    /// A body that is passed on as it is, or with meta tags behind its `<head …>`.
    pub struct InjectMetaBody<B: Body> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjected]
    enum Kind<B: Body> {
        Untouched { #[pin] inner: B },
        // In a box of its own: most bodies are no pages.
        Page { source: Box<Source<B>> },
    }
}

impl<B: Body> InjectMetaBody<B> {
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

/// A layer outside that may answer by itself asks for it, as tower-http's for CORS does.
impl<B: Body + Default> Default for InjectMetaBody<B> {
    fn default() -> Self {
        Self::untouched(B::default())
    }
}

impl<B: Body> Body for InjectMetaBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProjected::Untouched { inner } => inner.poll_frame(cx).map_ok(to_bytes),
            KindProjected::Page { source } => source.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Untouched { inner } => inner.is_end_stream(),
            Kind::Page { source } => source.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Untouched { inner } => inner.size_hint(),
            Kind::Page { source } => source.size_hint(),
        }
    }
}
