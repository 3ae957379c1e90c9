//! What tells a gRPC call from other requests, and how it ended.

use http::header::{CONTENT_TYPE, HeaderMap, HeaderName};
use http::{Method, Request};
use sentry_trace_runtime::core::status::SpanStatus;

const MEDIA_TYPE: &str = "application/grpc";
static STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// Where a gRPC message has its trailers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Behind its bytes: `application/grpc`, `application/grpc+proto`.
    Plain,
    /// Among its bytes: `application/grpc-web`, `application/grpc-web-text+proto`.
    Web,
}

/// What `grpc-status` says, in the headers of a response without a body or in the trailers (rule R10).
pub(crate) fn status(headers: &HeaderMap) -> Option<SpanStatus> {
    let code = headers.get(&STATUS)?.to_str().ok()?.trim();
    Some(SpanStatus::from_grpc(code.parse().unwrap_or(u32::MAX)))
}

/// The form of a call by gRPC; all of them post.
pub(crate) fn call<B>(request: &Request<B>) -> Option<Form> {
    let posts = request.method() == Method::POST;
    posts.then(|| form(request.headers())).flatten()
}

/// The form of a gRPC message with these headers.
pub(crate) fn form(headers: &HeaderMap) -> Option<Form> {
    match after_media_type(headers)? {
        [] | [b'+' | b';' | b' ' | b'\t', ..] => Some(Form::Plain),
        rest if rest.starts_with(b"-web") => Some(Form::Web),
        _ => None,
    }
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
pub(crate) fn route(path: &str) -> Option<&str> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let is_call = !service.is_empty() && !method.is_empty() && !method.contains('/');
    is_call.then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_its_content_type() {
        for (content_type, form) in [
            ("application/grpc", Some(Form::Plain)),
            ("application/grpc+proto", Some(Form::Plain)),
            ("Application/gRPC; charset=utf-8", Some(Form::Plain)),
            ("application/grpc-web", Some(Form::Web)),
            ("application/grpc-web+proto", Some(Form::Web)),
            ("application/grpc-web-text", Some(Form::Web)),
            ("application/grpcx", None),
            ("application", None),
        ] {
            let request = |method| {
                let request = Request::builder().method(method);
                let request = request.header(CONTENT_TYPE, content_type).body(());
                request.expect("a request")
            };
            assert_eq!(call(&request(Method::POST)), form, "{content_type}");
            assert_eq!(call(&request(Method::GET)), None, "{content_type}");
        }
    }

    #[test]
    fn the_path_of_a_call_is_its_route() {
        let path = "/package.Service/Method";
        assert_eq!(route(path), Some(path));
        for path in ["/", "/users", "/users/7/orders", "//Method", "/Service/"] {
            assert_eq!(route(path), None, "{path}");
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
