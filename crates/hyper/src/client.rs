//! The client of hyper-util.

use std::error::Error;
use std::task::{Context, Poll};

use http::{Request, Response, Uri};
use http_body::Body;
use hyper_util::client::legacy::connect::Connect;
use hyper_util::client::legacy::{self, Client, ResponseFuture};
use sentry_trace_http::ClientRequest;
use sentry_trace_runtime::Tracer;
use sentry_trace_tower::ClientLayer;
use sentry_trace_tower::client::{ClientBody, ClientFuture};
use tower_service::Service;

/// Records a span for each request and writes the headers that carry the trace on.
///
/// The client follows no redirects. This is a tower service too: one that follows them, around this one, makes a span
/// of each hop, decided by its own URL (rule R8). No span has `http.request.resend_count`: a request does not show
/// which attempt it is.
#[derive(Debug)]
#[must_use]
pub struct TraceClient<C, B> {
    inner: Client<C, B>,
    layer: ClientLayer,
}

// Derived, it would ask for bodies that can be cloned.
impl<C: Clone, B> Clone for TraceClient<C, B> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            layer: self.layer.clone(),
        }
    }
}

impl<C, B> TraceClient<C, B> {
    /// Around a client, with the global tracer.
    pub const fn new(inner: Client<C, B>) -> Self {
        Self {
            inner,
            layer: ClientLayer::with_origin("auto.http.hyper"),
        }
    }

    /// The tracer whose targets count; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        Self {
            layer: self.layer.tracer(tracer),
            ..self
        }
    }

    /// Names the span, instead of by method and URL; `None` keeps that.
    pub fn name(
        self,
        name: impl Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            layer: self.layer.name(name),
            ..self
        }
    }
}

impl<C, B> TraceClient<C, B>
where
    C: Connect + Clone + Send + Sync + 'static,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    /// Sends a request, as [`Client::request`] does.
    ///
    /// # Errors
    /// The future gives those of the client.
    pub fn request(&self, request: Request<B>) -> ClientFuture<ResponseFuture> {
        self.layer
            .send(request, |request| self.inner.request(request))
    }

    /// Sends a GET request, as [`Client::get`] does.
    ///
    /// # Errors
    /// The future gives those of the client.
    pub fn get(&self, uri: Uri) -> ClientFuture<ResponseFuture>
    where
        B: Default,
    {
        let mut request = Request::new(B::default());
        *request.uri_mut() = uri;
        self.request(request)
    }
}

impl<C, B> Service<Request<B>> for TraceClient<C, B>
where
    C: Connect + Clone + Send + Sync + 'static,
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<ClientBody<hyper::body::Incoming>>;
    type Error = legacy::Error;
    type Future = ClientFuture<ResponseFuture>;

    /// The client is always ready.
    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), legacy::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.request(request)
    }
}
