//! What tells a gRPC call from other requests, and how it ended.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use http::{Method, Request};
use sentry_trace_runtime::core::status::SpanStatus;

const MEDIA_TYPE: &str = "application/grpc";
static STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// What `grpc-status` says, in the headers of a response without a body or in the trailers (rule R10).
pub(crate) fn status(headers: &HeaderMap) -> Option<SpanStatus> {
    let code = headers.get(&STATUS)?.to_str().ok()?.trim();
    Some(SpanStatus::from_grpc(code.parse().unwrap_or(u32::MAX)))
}

/// Whether this is a call by gRPC in any form, gRPC-Web among them; all of them post.
pub(crate) fn is_call<B>(request: &Request<B>) -> bool {
    request.method() == Method::POST && after_media_type(request.headers()).is_some()
}

/// Whether these are the headers of a gRPC message: `application/grpc`, `application/grpc+proto`. gRPC-Web, which has
/// its trailers in the body, is not meant.
pub(crate) fn is_message(headers: &HeaderMap) -> bool {
    matches!(
        after_media_type(headers),
        Some([] | [b'+' | b';' | b' ' | b'\t', ..])
    )
}

/// What follows `application/grpc` in the content type.
fn after_media_type(headers: &HeaderMap) -> Option<&[u8]> {
    let content_type = headers.get(CONTENT_TYPE)?.as_bytes();
    let (start, rest) = content_type.split_at_checked(MEDIA_TYPE.len())?;
    start
        .eq_ignore_ascii_case(MEDIA_TYPE.as_bytes())
        .then_some(rest)
}

/// `/package.Service/Method`: the path of a call holds no ids, so that it is its own route.
pub(crate) fn route<B>(request: &Request<B>) -> Option<&str> {
    if !is_message(request.headers()) {
        return None;
    }
    let path = request.uri().path();
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let is_call = !service.is_empty() && !method.is_empty() && !method.contains('/');
    is_call.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, content_type: &str) -> Request<()> {
        Request::post(path)
            .header(CONTENT_TYPE, content_type)
            .body(())
            .expect("a request")
    }

    #[test]
    fn the_path_of_a_call_is_its_route() {
        let path = "/package.Service/Method";
        for content_type in [
            "application/grpc",
            "application/grpc+proto",
            "Application/gRPC; charset=utf-8",
        ] {
            assert_eq!(route(&request(path, content_type)), Some(path));
        }
        for content_type in ["application/grpc-web", "application/grpcx", "application"] {
            assert_eq!(route(&request(path, content_type)), None, "{content_type}");
        }
        for path in ["/", "/users", "/users/7/orders", "//Method", "/Service/"] {
            assert_eq!(route(&request(path, "application/grpc")), None, "{path}");
        }
    }

    #[test]
    fn a_status_that_is_no_number_is_unknown() {
        let status_of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-status", value.parse().expect("a header value"));
            status(&headers)
        };
        assert_eq!(status_of("0"), Some(SpanStatus::Ok));
        assert_eq!(status_of("5"), Some(SpanStatus::NotFound));
        assert_eq!(status_of("x"), Some(SpanStatus::UnknownError));
        assert_eq!(status(&HeaderMap::new()), None);
    }
}
