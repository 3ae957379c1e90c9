//! The middleware, and what can be set.

use actix_service::Service;
use awc::error::SendRequestError;
use awc::middleware::Transform;
use awc::{ConnectRequest, ConnectResponse};
use sentry_trace_http::{ClientConfig, ClientRequest};
use sentry_trace_runtime::Tracer;

use super::service::ClientService;

/// Records a span for each request and each hop of a redirect, and writes the headers that carry the trace on.
///
/// awc's own redirects are the outermost middleware and give each hop the headers of the caller, so that each hop is
/// decided by its own URL (rule R8). Where you wrap a `Redirect` yourself, wrap it after this one. A hop does not show
/// that others went before: no span has `http.request.resend_count`, and outside any span each hop is in a trace of its
/// own, unless the process was started in one.
///
/// A request belongs to the span that is current where `send` is called, and its redirects to the one in which its
/// future is polled. One that times out ends its span as cancelled, as one that is dropped does. To opt out for one
/// request, see [`ClientRequestExt`](crate::ClientRequestExt).
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientMiddleware {
    config: ClientConfig,
}

impl ClientMiddleware {
    /// A middleware that uses the global tracer.
    pub const fn new() -> Self {
        Self {
            config: ClientConfig::new("auto.http.awc"),
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
}

impl Default for ClientMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Transform<S, ConnectRequest> for ClientMiddleware
where
    S: Service<ConnectRequest, Response = ConnectResponse, Error = SendRequestError>,
{
    type Transform = ClientService<S>;

    fn new_transform(self, inner: S) -> ClientService<S> {
        ClientService::new(inner, self.config)
    }
}
