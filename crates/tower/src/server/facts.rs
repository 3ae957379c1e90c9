//! What a framework on tower knows of a request beyond its head.

use std::net::IpAddr;

use http::{Request, Uri};

/// How a framework tells the route and the client of a request.
pub trait RequestFacts: Clone {
    /// The route with its placeholders, `/users/{id}` for example.
    fn route<'r, B>(&self, request: &'r Request<B>) -> Option<&'r str>;

    /// The address of the client; recorded only with `send_default_pii`.
    fn client_address<B>(&self, request: &Request<B>) -> Option<IpAddr>;

    /// The URI as it was received, where a framework has changed that of the request.
    fn uri<'r, B>(&self, request: &'r Request<B>) -> &'r Uri {
        request.uri()
    }
}

/// No more than the request itself says: spans are named by their path.
#[derive(Clone, Copy, Debug, Default)]
pub struct FromRequest;

impl RequestFacts for FromRequest {
    fn route<'r, B>(&self, _request: &'r Request<B>) -> Option<&'r str> {
        None
    }

    fn client_address<B>(&self, _request: &Request<B>) -> Option<IpAddr> {
        None
    }
}
