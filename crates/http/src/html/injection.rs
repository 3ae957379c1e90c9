//! Which responses take meta tags, and what their headers become.

use http::HeaderMap;
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, ETAG, HeaderValue, LAST_MODIFIED};
use sentry_trace_core::html::{is_html, may_carry_trace};

use super::names::{is, names};
use crate::headers::Headers;

/// Headers that say that the bytes of the body must not change, in the trailers too.
const BINDING: [&str; 6] = [
    "content-encoding",
    "content-range",
    "content-digest",
    "repr-digest",
    "digest",
    "content-md5",
];

/// Whether meta tags may be put into the body of a response with this head: a page of HTML as it is, whole, without an
/// encoding or a digest, that no shared cache may store (rule R11).
#[must_use]
pub fn may_take_meta_tags(status: u16, headers: &dyn Headers) -> bool {
    let has_page = !matches!(status, 100..=199 | 204..=206 | 304);
    has_page
        && headers.first("content-type").is_some_and(is_html)
        && !is_bound(headers)
        && may_carry(status, headers)
}

fn is_bound(headers: &dyn Headers) -> bool {
    let mut is_bound = BINDING.iter().any(|name| headers.first(name).is_some());
    headers.each("trailer", &mut |line| {
        is_bound |= names(line).any(|name| BINDING.iter().any(|known| is(name, known)));
    });
    is_bound
}

/// Whether a trace may go into a response with this head (rule R11).
pub(super) fn may_carry(status: u16, headers: &dyn Headers) -> bool {
    let mut lines = Vec::new();
    headers.each("cache-control", &mut |line| lines.push(line.to_vec()));
    may_carry_trace(status, lines.iter().map(Vec::as_slice))
}

/// Takes `etag`, `last-modified` and `accept-ranges` out: they speak of the page without the tags, and a page that is
/// fetched only when it has changed would keep the trace of an earlier visit.
pub fn forget_validators(headers: &mut HeaderMap) {
    for name in [ETAG, LAST_MODIFIED, ACCEPT_RANGES] {
        headers.remove(name);
    }
}

/// Corrects `content-length` for that many more bytes; takes it out where their number, or the old length, is unknown.
pub fn grow_content_length(headers: &mut HeaderMap, more: Option<usize>) {
    let Some(old) = headers.get(CONTENT_LENGTH) else {
        return;
    };
    match grown_length(old.as_bytes(), more) {
        Some(length) => {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        }
        None => {
            headers.remove(CONTENT_LENGTH);
        }
    }
}

/// The value of `content-length` for that many more bytes; `None` where their number, or the old length, is unknown.
#[must_use]
pub fn grown_length(old: &[u8], more: Option<usize>) -> Option<u64> {
    let old: u64 = std::str::from_utf8(old).ok()?.parse().ok()?;
    old.checked_add(more? as u64)
}
