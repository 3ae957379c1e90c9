//! What actix-web knows of a request before it is routed.

use actix_web::HttpRequest;
use actix_web::http::Version;
use actix_web::http::uri::Authority;
use sentry_trace_http::{Headers, ServerRequest};

/// The request as the filter, the hooks and the span see it.
pub(super) fn seen<'a>(request: &'a HttpRequest, headers: &'a dyn Headers) -> ServerRequest<'a> {
    let uri = request.uri();
    ServerRequest::new(request.method().as_str(), uri.path(), headers)
        .with_url(
            Some(scheme(request)),
            uri.authority().map(Authority::as_str),
            uri.query(),
        )
        .with_version(version(request.version()))
        .with_client_address(request.peer_addr().map(|address| address.ip()))
}

/// The request's own on HTTP/2, else that of the connection.
fn scheme(request: &HttpRequest) -> &str {
    let of_connection = if request.app_config().secure() {
        "https"
    } else {
        "http"
    };
    request.uri().scheme_str().unwrap_or(of_connection)
}

fn version(version: Version) -> Option<&'static str> {
    Some(match version {
        Version::HTTP_09 => "0.9",
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        Version::HTTP_2 => "2",
        Version::HTTP_3 => "3",
        _ => return None,
    })
}
