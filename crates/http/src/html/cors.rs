//! What a service answers to browsers of other origins.

use http::header::HeaderName;

use crate::outgoing::{BAGGAGE, SENTRY_TRACE, TRACEPARENT};

/// The request headers that a service has to allow for browsers of other origins (rule R11).
///
/// For `tower_http::cors`: `.allow_headers(ALLOWED_REQUEST_HEADERS)`. A second call replaces the first, so the service's own
/// stand in the same list: `.allow_headers(AllowHeaders::list(ALLOWED_REQUEST_HEADERS.into_iter().chain([AUTHORIZATION])))`.
pub const ALLOWED_REQUEST_HEADERS: [HeaderName; 2] = [SENTRY_TRACE, BAGGAGE];

/// The same where the browser sends `traceparent` too, which it does with `propagateTraceparent` only.
pub const ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT: [HeaderName; 3] =
    [SENTRY_TRACE, BAGGAGE, TRACEPARENT];

/// The request headers to allow, by name; `traceparent` only where browsers send it.
///
/// For `actix_cors`: `.allowed_headers(allowed_request_headers(false))`.
pub fn allowed_request_headers(traceparent: bool) -> impl Iterator<Item = &'static str> {
    let names: &[&str] = if traceparent {
        &["sentry-trace", "baggage", "traceparent"]
    } else {
        &["sentry-trace", "baggage"]
    };
    names.iter().copied()
}
