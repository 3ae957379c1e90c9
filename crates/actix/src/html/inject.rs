//! The middleware that puts meta tags into pages.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll, ready as try_ready};

use actix_web::Error;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ResponseHead, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, ETAG, HeaderValue, LAST_MODIFIED};
use actix_web::http::{ConnectionType, Method, Version};
use actix_web::web::Bytes;
use pin_project_lite::pin_project;
use sentry_trace_http::TraceMeta;
use sentry_trace_http::html::{grown_length, may_take_meta_tags};

use super::body::{InjectMetaBody, Source};
use crate::server::headers::View;

/// Puts the meta tags of rule R11 right behind the `<head …>` of pages, while their bodies stream.
///
/// Left as they are: other types than `text/html`; pages with a `content-encoding`, a `content-range` or a digest, in the
/// trailers too; pages that a shared cache may store, and 304; pages without a `<head …>` in their first 64 KiB; pages that
/// have the tags already. `Compress` is therefore wrapped after this one.
///
/// Bytes are passed on as they come. Only what stands behind `<head …>` in the same burst is read up to the head's end
/// first, for tags that are there already.
///
/// `content-length` is corrected, or taken out where the page is not there yet. `etag`, `last-modified` and
/// `accept-ranges` are taken out of a page that gets tags: with them a browser would keep the page, and its trace, for
/// later visits. They are taken out of the answer to HEAD too, and so is its `content-length`.
///
/// It stands inside of [`TraceMiddleware`](crate::TraceMiddleware).
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct InjectMeta;

/// Made by [`InjectMeta`].
#[derive(Clone, Copy, Debug)]
pub struct InjectMetaService<S> {
    inner: S,
}

pin_project! {
    /// The future of [`InjectMetaService`].
    pub struct InjectMetaFuture<F> {
        #[pin]
        inner: F,
    }
}

impl InjectMeta {
    /// The middleware.
    pub const fn new() -> Self {
        Self
    }
}

impl<S, B> Transform<S, ServiceRequest> for InjectMeta
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<InjectMetaBody<B>>;
    type Error = Error;
    type Transform = InjectMetaService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(InjectMetaService { inner }))
    }
}

impl<S, B> Service<ServiceRequest> for InjectMetaService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<InjectMetaBody<B>>;
    type Error = Error;
    type Future = InjectMetaFuture<S::Future>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        InjectMetaFuture {
            inner: self.inner.call(request),
        }
    }
}

impl<F, B> Future for InjectMetaFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<InjectMetaBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = try_ready!(self.project().inner.poll(cx));
        Poll::Ready(response.map(|response| {
            let is_head_request = response.request().method() == Method::HEAD;
            let knows_chunks = response.request().version() >= Version::HTTP_11;
            response.map_body(|head, body| inject(head, body, is_head_request, knows_chunks, cx))
        }))
    }
}

/// The body with tags in its page, where it has one that takes them, and the head made to match.
fn inject<B: MessageBody>(
    head: &mut ResponseHead,
    body: B,
    is_head_request: bool,
    knows_chunks: bool,
    cx: &mut Context<'_>,
) -> InjectMetaBody<B> {
    let takes_tags = may_take_meta_tags(head.status.as_u16(), &View(head.headers()));
    let meta = if takes_tags {
        TraceMeta::current()
    } else {
        TraceMeta::default()
    };
    if meta.is_none() {
        return InjectMetaBody::untouched(body);
    }
    let tags = Bytes::from(meta.to_string());
    let more = tags.len();
    let mut source = Source::new(body, tags);
    // HEAD has no page that could be looked at; what its headers say must hold for GET too.
    let takes_tags = if is_head_request {
        None
    } else {
        source.peek(cx)
    };
    if takes_tags != Some(false) {
        let more = takes_tags.map(|_| more);
        source.grow(more);
        correct(head, more);
        if source.size() == BodySize::Stream && !head.headers().contains_key(CONTENT_LENGTH) {
            mark_end(head, knows_chunks);
        }
    }
    InjectMetaBody::page(source)
}

fn correct(head: &mut ResponseHead, more: Option<usize>) {
    let headers = head.headers_mut();
    for name in [ETAG, LAST_MODIFIED, ACCEPT_RANGES] {
        headers.remove(name);
    }
    let old = headers.remove(CONTENT_LENGTH).next();
    if let Some(length) = old.and_then(|old| grown_length(old.as_bytes(), more)) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
}

/// Lets the client tell where a page ends whose length is gone: with a length, the handler may have asked for no chunks, and
/// HTTP/1.0 has none.
fn mark_end(head: &mut ResponseHead, knows_chunks: bool) {
    head.no_chunking(!knows_chunks);
    if !knows_chunks {
        head.set_connection_type(ConnectionType::Close);
    }
}
