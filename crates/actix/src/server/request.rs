//! What actix-web knows of a request before it is routed.

use actix_web::HttpRequest;
use actix_web::http::Version;
use actix_web::http::uri::Authority;
use sentry_trace_http::{DescribeRequest, ServerRequest};

use super::headers::View;
use super::route::ExpectedRoute;

/// A request that the service was called with.
pub(super) struct Received<'r> {
    request: &'r HttpRequest,
    headers: View<'r>,
    pub(super) route: ExpectedRoute<'r>,
}

impl<'r> Received<'r> {
    pub(super) fn of(request: &'r HttpRequest) -> Self {
        Self {
            request,
            headers: View(request.headers()),
            route: ExpectedRoute::of(request),
        }
    }
}

impl DescribeRequest for Received<'_> {
    fn method(&self) -> &str {
        self.request.method().as_str()
    }

    fn describe(&self) -> ServerRequest<'_> {
        let uri = self.request.uri();
        ServerRequest::new(self.method(), uri.path(), &self.headers)
            .with_url(
                Some(scheme(self.request)),
                uri.authority().map(Authority::as_str),
                uri.query(),
            )
            .with_version(version(self.request.version()))
            .with_client_address(self.request.peer_addr().map(|address| address.ip()))
            .with_route_from(&self.route)
    }
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
