//! The layer: tower's, told of axum's routes.

use sentry_trace_http::{Headers, ServerRequest};
use sentry_trace_runtime::{SpanHandle, Tracer};
use sentry_trace_tower::ServerLayer;
use sentry_trace_tower::server::ServerService;
use tower_layer::Layer;

use crate::route::MatchedRoute;

/// Continues the trace of each request and records a transaction, named by the route, until the body has ended.
#[derive(Clone, Debug)]
#[must_use]
pub struct TraceLayer {
    inner: ServerLayer<MatchedRoute>,
}

impl TraceLayer {
    /// A layer that uses the global tracer.
    pub const fn new() -> Self {
        Self {
            inner: ServerLayer::with_facts("auto.http.axum", MatchedRoute),
        }
    }

    /// The tracer; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        Self {
            inner: self.inner.tracer(tracer),
        }
    }

    /// Which requests get a transaction. The trace of the others is continued and propagated all the same, and nothing
    /// within them is recorded.
    pub fn filter(
        self,
        filter: impl Fn(&ServerRequest<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: self.inner.filter(filter),
        }
    }

    /// Names the transaction, instead of its route; `None` keeps the route.
    pub fn name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: self.inner.name(name),
        }
    }

    /// Decides by the request whether it is recorded, before the sampler and the parent (rule R5); `None` leaves it to
    /// them and to the rate. Ignored where no sampling is configured; not asked about requests without a transaction.
    pub fn sampled(
        self,
        sampled: impl Fn(&ServerRequest<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: self.inner.sampled(sampled),
        }
    }

    /// Called when a span that is recorded has started; may add data. Not called for requests that are not sampled.
    pub fn on_request(
        self,
        hook: impl Fn(&ServerRequest<'_>, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: self.inner.on_request(hook),
        }
    }

    /// Called with the status code and the headers of the response, where the span is recorded; may add data.
    pub fn on_response(
        self,
        hook: impl Fn(u16, &dyn Headers, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: self.inner.on_response(hook),
        }
    }

    /// Records these headers, with `send_default_pii` only; `[Filtered]` in place of credentials (rule R10).
    pub fn capture_headers(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            inner: self.inner.capture_headers(names),
        }
    }
}

impl Default for TraceLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for TraceLayer {
    type Service = ServerService<S, MatchedRoute>;

    fn layer(&self, inner: S) -> Self::Service {
        self.inner.layer(inner)
    }
}
