//! The middleware, and what can be set.

use std::future::{Ready, ready};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use sentry_trace_http::{Headers, ServerConfig, ServerRequest};
use sentry_trace_runtime::{SpanHandle, Tracer};

use super::body::ServerBody;
use super::service::TraceService;

/// Continues the trace of each request and records a transaction, named by the route, until the body has ended.
///
/// Wrap it around the whole `App`, last, so that it is the outermost middleware: it then sees what the others answer
/// and add, and what the client gets. Clones are alike, one for each worker.
///
/// # Names
/// The transaction is named by the route that has served the request. What a default service served is named by its
/// path, and so is what another middleware answered before it was routed.
///
/// An error that middleware hands on, instead of an answer, comes without the request: nobody can tell whether it was
/// routed before. Its transaction keeps the route that the path matches.
///
/// actix-web does not tell all routes apart: a resource with several patterns has the name of the first one, and what the
/// default service of a scope serves at the path of the scope itself has the name of the resource there that refused it.
///
/// actix-web tells the route when the request has been served. Until then, for the sampler, the hooks and the context
/// that goes out with calls of the handler, it is the first one that the path matches. Guards may send the request
/// elsewhere; where they do, the name is put right at the end.
///
/// # Clients that go away
/// When actix-web drops a request, its transaction is cancelled. Over HTTP/1 it does so when the connection is reset. A
/// client that only closes its side is served to the end, unless `HttpServer::h1_allow_half_closed` is set to `false`.
/// Over HTTP/2 it notices a reset only when there is something to send: the handler runs to its end, and a body that has
/// nothing to send stays open. The transaction is cancelled then, not before.
#[derive(Clone, Debug)]
#[must_use]
pub struct TraceMiddleware {
    config: ServerConfig,
}

impl TraceMiddleware {
    /// A middleware that uses the global tracer.
    pub const fn new() -> Self {
        Self {
            config: ServerConfig::new("auto.http.actix"),
        }
    }

    /// The tracer; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        Self {
            config: self.config.tracer(tracer),
        }
    }

    /// Which requests get a transaction. The trace of the others is continued and propagated all the same, and nothing
    /// within them is recorded.
    pub fn filter(
        self,
        filter: impl Fn(&ServerRequest<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.filter(filter),
        }
    }

    /// Names the transaction, instead of its route; `None` keeps the route.
    pub fn name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.name(name),
        }
    }

    /// Decides by the request whether it is recorded, before the sampler and the parent (rule R5); `None` leaves it to
    /// them and to the rate. Ignored where no sampling is configured; not asked about requests without a transaction.
    pub fn sampled(
        self,
        sampled: impl Fn(&ServerRequest<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.sampled(sampled),
        }
    }

    /// Called when a span that is recorded has started; may add data. Not called for requests that are not sampled.
    pub fn on_request(
        self,
        hook: impl Fn(&ServerRequest<'_>, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.on_request(hook),
        }
    }

    /// Called with the status code and the headers of the response, where the span is recorded; may add data.
    pub fn on_response(
        self,
        hook: impl Fn(u16, &dyn Headers, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.on_response(hook),
        }
    }

    /// Records these headers, with `send_default_pii` only; `[Filtered]` in place of credentials (rule R10).
    pub fn capture_headers(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            config: self.config.capture_headers(names),
        }
    }
}

impl Default for TraceMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

impl<S, B> Transform<S, ServiceRequest> for TraceMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ServerBody<B>>;
    type Error = Error;
    type Transform = TraceService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(TraceService::new(inner, self.config.clone())))
    }
}
