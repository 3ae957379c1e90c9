//! The layer that puts meta tags into pages.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Method, Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::body::InjectMetaBody;
use super::head::inject;

/// Puts the meta tags of rule R11 right behind the `<head …>` of pages, while their bodies stream.
///
/// Left as they are: other types than `text/html`; pages with a `content-encoding`, a `content-range` or a digest, in the
/// trailers too; pages that a shared cache may store, and 304; pages without a `<head …>` in their first 64 KiB; pages that
/// have the tags already. A compressing layer therefore stands outside of this one.
///
/// Bytes are passed on as they come. Only what stands behind `<head …>` in the same burst is read up to the head's end
/// first, for tags that are there already.
///
/// `content-length` is corrected, or taken out where the page is not there yet. `etag`, `last-modified` and
/// `accept-ranges` are taken out of a page that gets tags: with them a browser would keep the page, and its trace, for
/// later visits. They are taken out of the answer to HEAD too, and so is its `content-length`.
///
/// It stands inside of [`ServerLayer`](crate::ServerLayer).
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct InjectMetaLayer;

/// Made by [`InjectMetaLayer`].
#[derive(Clone, Copy, Debug)]
pub struct InjectMetaService<S> {
    inner: S,
}

pin_project! {
    /// The future of [`InjectMetaService`].
    pub struct InjectMetaFuture<F> {
        #[pin]
        inner: F,
        is_head_request: bool,
    }
}

impl InjectMetaLayer {
    /// The layer.
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for InjectMetaLayer {
    type Service = InjectMetaService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        InjectMetaService { inner }
    }
}

impl<S, B, R> Service<Request<B>> for InjectMetaService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<InjectMetaBody<R>>;
    type Error = S::Error;
    type Future = InjectMetaFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_head_request = request.method() == Method::HEAD;
        InjectMetaFuture {
            inner: self.inner.call(request),
            is_head_request,
        }
    }
}

impl<F, B, E> Future for InjectMetaFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<InjectMetaBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.inner.poll(cx));
        Poll::Ready(response.map(|response| inject(response, *this.is_head_request, cx)))
    }
}
