//! The service for servers.

use std::net::IpAddr;

use http::{Request, Response};
use http_body::Body;
use hyper::service::Service;
use sentry_trace_http::{Headers, ServerRequest};
use sentry_trace_runtime::{SpanHandle, Tracer};
use sentry_trace_tower::ServerLayer;
use sentry_trace_tower::server::{RequestFacts, ServerBody, ServerFuture};

/// Continues the trace of each request and records a transaction until the body has ended.
///
/// It goes with HTTP/1 and HTTP/2, upgrades and a graceful shutdown: neither requests nor responses are changed.
#[derive(Clone, Debug)]
#[must_use]
pub struct TraceService<S> {
    inner: S,
    layer: ServerLayer<Connection>,
}

/// What is known of a connection.
#[derive(Clone, Copy, Debug)]
struct Connection {
    client_address: Option<IpAddr>,
}

impl<S> TraceService<S> {
    /// Around a service, with the global tracer.
    pub const fn new(inner: S) -> Self {
        let connection = Connection {
            client_address: None,
        };
        Self {
            inner,
            layer: ServerLayer::with_facts("auto.http.hyper", connection),
        }
    }

    /// The address of the client of this connection; recorded only with `send_default_pii`.
    pub fn client_address(self, address: IpAddr) -> Self {
        self.map(|layer| {
            layer.facts(Connection {
                client_address: Some(address),
            })
        })
    }

    /// The tracer; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        self.map(|layer| layer.tracer(tracer))
    }

    /// Which requests get a transaction. The trace of the others is continued and propagated all the same, and nothing
    /// within them is recorded.
    pub fn filter(
        self,
        filter: impl Fn(&ServerRequest<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.map(|layer| layer.filter(filter))
    }

    /// Names the transaction, instead of its path; `None` keeps the path.
    pub fn name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.map(|layer| layer.name(name))
    }

    /// Decides by the request whether it is recorded, before the sampler and the parent (rule R5); `None` leaves it to
    /// them and to the rate. Ignored where no sampling is configured; not asked about requests without a transaction.
    pub fn sampled(
        self,
        sampled: impl Fn(&ServerRequest<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        self.map(|layer| layer.sampled(sampled))
    }

    /// Called when a span that is recorded has started; may add data. Not called for requests that are not sampled.
    pub fn on_request(
        self,
        hook: impl Fn(&ServerRequest<'_>, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        self.map(|layer| layer.on_request(hook))
    }

    /// Called with the status code and the headers of the response, where the span is recorded; may add data.
    pub fn on_response(
        self,
        hook: impl Fn(u16, &dyn Headers, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        self.map(|layer| layer.on_response(hook))
    }

    /// Records these headers, with `send_default_pii` only; `[Filtered]` in place of credentials (rule R10).
    pub fn capture_headers(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.map(|layer| layer.capture_headers(names))
    }

    fn map(self, set: impl FnOnce(ServerLayer<Connection>) -> ServerLayer<Connection>) -> Self {
        Self {
            layer: set(self.layer),
            ..self
        }
    }
}

impl<S, B, R> Service<Request<B>> for TraceService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body,
{
    type Response = Response<ServerBody<R>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future>;

    fn call(&self, request: Request<B>) -> Self::Future {
        self.layer
            .serve(request, |request| self.inner.call(request))
    }
}

impl RequestFacts for Connection {
    fn route<'r, B>(&self, _request: &'r Request<B>) -> Option<&'r str> {
        None
    }

    fn client_address<B>(&self, _request: &Request<B>) -> Option<IpAddr> {
        self.client_address
    }
}
