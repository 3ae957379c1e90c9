//! Deciding by a response's head, and correcting it.

use std::task::Context;

use bytes::Bytes;
use http::Response;
use http_body::Body;
use sentry_trace_http::html::{
    TraceMeta, forget_validators, grow_content_length, may_take_meta_tags,
};

use super::body::InjectMetaBody;
use super::source::Source;

/// The response with tags in its page, where it has one that takes them.
pub(super) fn inject<B: Body>(
    response: Response<B>,
    is_head_request: bool,
    cx: &mut Context<'_>,
) -> Response<InjectMetaBody<B>> {
    let takes_tags = may_take_meta_tags(response.status().as_u16(), response.headers());
    let meta = if takes_tags {
        TraceMeta::current()
    } else {
        TraceMeta::default()
    };
    if meta.is_none() {
        return response.map(InjectMetaBody::untouched);
    }
    let (mut parts, body) = response.into_parts();
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
        forget_validators(&mut parts.headers);
        grow_content_length(&mut parts.headers, takes_tags.map(|_| more));
    }
    Response::from_parts(parts, InjectMetaBody::page(source))
}
