//! The layer, and what can be set.

use http::Request;
use sentry_trace_http::{Headers, ServerConfig, ServerRequest};
use sentry_trace_runtime::{SpanHandle, Tracer};
use tower_layer::Layer;

use super::facts::{FromRequest, RequestFacts};
use super::future::ServerFuture;
use super::service::ServerService;
use super::start::start;

/// Continues the trace of each request and records a transaction until the body has ended.
#[derive(Clone, Debug)]
#[must_use]
pub struct ServerLayer<F = FromRequest> {
    config: ServerConfig,
    facts: F,
}

impl ServerLayer {
    /// A layer that uses the global tracer.
    pub const fn new() -> Self {
        Self::with_facts("auto.http.tower", FromRequest)
    }
}

impl Default for ServerLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<F> ServerLayer<F> {
    /// A layer for a framework that knows more of a request; `origin` is `auto.http.<crate>`.
    pub const fn with_facts(origin: &'static str, facts: F) -> Self {
        Self {
            config: ServerConfig::new(origin),
            facts,
        }
    }

    /// The same layer with other facts, those of a connection for example.
    pub fn facts(self, facts: F) -> Self {
        Self { facts, ..self }
    }

    /// The tracer; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        self.map(|config| config.tracer(tracer))
    }

    /// Which requests get a transaction. The trace of the others is continued and propagated all the same, and nothing
    /// within them is recorded.
    pub fn filter(
        self,
        filter: impl Fn(&ServerRequest<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.map(|config| config.filter(filter))
    }

    /// Names the transaction, instead of its route; `None` keeps the route.
    pub fn name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.map(|config| config.name(name))
    }

    /// Decides by the request whether it is recorded, before the sampler and the parent (rule R5); `None` leaves it to
    /// them and to the rate. Ignored where no sampling is configured; not asked about requests without a transaction.
    pub fn sampled(
        self,
        sampled: impl Fn(&ServerRequest<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        self.map(|config| config.sampled(sampled))
    }

    /// Called when a span that is recorded has started; may add data. Not called for requests that are not sampled.
    pub fn on_request(
        self,
        hook: impl Fn(&ServerRequest<'_>, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        self.map(|config| config.on_request(hook))
    }

    /// Called with the status code and the headers of the response, where the span is recorded; may add data.
    pub fn on_response(
        self,
        hook: impl Fn(u16, &dyn Headers, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        self.map(|config| config.on_response(hook))
    }

    /// Records these headers, with `send_default_pii` only; `[Filtered]` in place of credentials (rule R10).
    pub fn capture_headers(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.map(|config| config.capture_headers(names))
    }

    /// Continues the trace of a request and lets `call` answer it within its span: what the layer's service does, for
    /// services of another shape than tower's.
    pub fn serve<B, Fut>(
        &self,
        request: Request<B>,
        call: impl FnOnce(Request<B>) -> Fut,
    ) -> ServerFuture<Fut>
    where
        F: RequestFacts,
    {
        start(&self.config, &self.facts, request, call)
    }

    fn map(self, set: impl FnOnce(ServerConfig) -> ServerConfig) -> Self {
        Self {
            config: set(self.config),
            ..self
        }
    }
}

impl<S, F: RequestFacts> Layer<S> for ServerLayer<F> {
    type Service = ServerService<S, F>;

    fn layer(&self, inner: S) -> Self::Service {
        ServerService::new(inner, self.config.clone(), self.facts.clone())
    }
}
