//! A client under test.

use std::future::Future;
use std::pin::Pin;

use sentry_trace_http::Propagation;
use sentry_trace_runtime::Tracer;

/// A client under test. It follows redirects where it can.
pub trait Client: Send + Sync {
    /// The name, `reqwest` for example.
    fn name(&self) -> &'static str;

    /// Sends a request with the adapter that is tested, below the current span.
    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer;
}

/// What came back, or why nothing did.
pub type Answer = Pin<Box<dyn Future<Output = Result<OutResponse, String>> + Send>>;

/// An outgoing request.
#[derive(Clone, Debug)]
pub struct OutRequest {
    /// The method.
    pub method: String,
    /// The absolute URL.
    pub url: String,
    /// The caller's own headers.
    pub headers: Vec<(String, String)>,
    /// A body that can be sent again.
    pub body: Option<String>,
    /// What the caller wants.
    pub propagation: Propagation,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct OutResponse {
    /// The status code; errors too.
    pub status: u16,
    /// The body as text.
    pub body: String,
}
