//! The route that axum matched.

use std::net::IpAddr;
use std::task::{Context, Poll};

use axum::extract::{MatchedPath, OriginalUri};
use http::{Method, Request, Uri};
use sentry_trace_http::set_route;
use sentry_trace_runtime::current_span;
use sentry_trace_tower::server::RequestFacts;
use tower_layer::Layer;
use tower_service::Service;

/// Reads the route, the URI that a nested router was not told, and with the feature `tokio` the client's address out of
/// a request's extensions.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchedRoute;

impl RequestFacts for MatchedRoute {
    fn route<'r, B>(&self, request: &'r Request<B>) -> Option<&'r str> {
        request
            .extensions()
            .get::<MatchedPath>()
            .map(MatchedPath::as_str)
    }

    fn uri<'r, B>(&self, request: &'r Request<B>) -> &'r Uri {
        let original = request.extensions().get();
        original.map_or(request.uri(), |OriginalUri(uri)| uri)
    }

    #[cfg(feature = "tokio")]
    fn client_address<B>(&self, request: &Request<B>) -> Option<IpAddr> {
        use axum::extract::ConnectInfo;
        let info = request
            .extensions()
            .get::<ConnectInfo<std::net::SocketAddr>>();
        info.map(|ConnectInfo(address)| address.ip())
    }

    #[cfg(not(feature = "tokio"))]
    fn client_address<B>(&self, _request: &Request<B>) -> Option<IpAddr> {
        None
    }
}

/// Tells a [`TraceLayer`](crate::TraceLayer) that wraps the whole router which route was matched; for `route_layer`.
#[derive(Clone, Copy, Debug, Default)]
pub struct RouteLayer;

/// Made by [`RouteLayer`].
#[derive(Clone, Copy, Debug)]
pub struct RouteService<S> {
    inner: S,
}

impl RouteLayer {
    /// A layer for `Router::route_layer`.
    #[must_use]
    pub const fn new() -> Self {
        Self
    }
}

impl<S> Layer<S> for RouteLayer {
    type Service = RouteService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RouteService { inner }
    }
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for RouteService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if let Some(route) = MatchedRoute.route(&request) {
            name_by(route, request.method());
        }
        self.inner.call(request)
    }
}

/// Names the transaction by its route, where it is named by its path.
fn name_by(route: &str, method: &Method) {
    let span = current_span();
    let Some(name) = span.transaction_name() else {
        return;
    };
    // Middleware in between may have changed the method; the name begins with the one that was received.
    let received = name.split_once(' ').map(|(received, _)| received);
    set_route(&span, received.unwrap_or(method.as_str()), route);
}
