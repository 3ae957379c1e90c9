//! The layer, and what can be set.

use http::Request;
use sentry_trace_http::{ClientConfig, ClientRequest};
use sentry_trace_runtime::Tracer;
use tower_layer::Layer;

use super::future::ClientFuture;
use super::service::ClientService;
use super::start::start;

/// Records a span for each request and writes the headers that carry the trace on.
///
/// Put it inside of layers that follow redirects or retry: each hop and each attempt is then decided anew (rule R8). A
/// request that a client gives back unsent, with our headers, may be sent again: they are replaced.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientLayer {
    config: ClientConfig,
}

impl ClientLayer {
    /// A layer that uses the global tracer.
    pub const fn new() -> Self {
        Self::with_origin("auto.http.tower")
    }

    /// A layer for a client on tower; `origin` is `auto.http.<crate>`.
    pub const fn with_origin(origin: &'static str) -> Self {
        Self {
            config: ClientConfig::new(origin),
        }
    }

    /// The tracer whose targets count; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        Self {
            config: self.config.tracer(tracer),
        }
    }

    /// Names the span, instead of by method and URL; `None` keeps that.
    pub fn name(
        self,
        name: impl Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.name(name),
        }
    }

    /// Starts the span of a request and lets `call` send it: what the layer's service does, for clients of another shape
    /// than tower's.
    pub fn send<B, Fut>(
        &self,
        request: Request<B>,
        call: impl FnOnce(Request<B>) -> Fut,
    ) -> ClientFuture<Fut> {
        start(&self.config, request, call)
    }
}

impl Default for ClientLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ClientService::new(inner, self.config.clone())
    }
}
