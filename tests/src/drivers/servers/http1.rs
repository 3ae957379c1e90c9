//! Requests and replies of the `http` 1 crate.

use http::header::HeaderValue;
use http::{HeaderName, Request, Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Bytes, Frame};

use crate::e2e::{AppRequest, Body, Reply};

/// A body that answers have.
pub(super) type AnyBody = UnsyncBoxBody<Bytes, std::io::Error>;

/// A request without its body.
pub(super) fn request<B>(request: &Request<B>) -> AppRequest {
    let headers = request.headers().iter().map(|(name, value)| {
        (
            name.as_str().to_owned(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    AppRequest::new(
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
        headers,
    )
}

/// A reply.
pub(super) fn response(reply: Reply) -> Response<AnyBody> {
    let body = match reply.body {
        Body::Empty => Empty::new().map_err(|never| match never {}).boxed_unsync(),
        Body::Text(text) => Full::from(text)
            .map_err(|never| match never {})
            .boxed_unsync(),
        Body::Stream(stream) => {
            use futures_util::TryStreamExt;
            StreamBody::new(stream.map_ok(Frame::data)).boxed_unsync()
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::BAD_REQUEST);
    for (name, value) in reply.headers {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}
