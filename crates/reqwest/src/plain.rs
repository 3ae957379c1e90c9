//! A plain `reqwest::Client`.

use std::sync::atomic::AtomicU32;

use reqwest::{RequestBuilder, Response};
use reqwest_middleware::Result;

use crate::hop::Sender;
use crate::middleware::TraceMiddleware;

/// Sends a request of a plain [`reqwest::Client`] with a span.
pub trait RequestBuilderExt {
    /// Sends the request, traced by the global tracer, and follows its redirects.
    ///
    /// The client has to be built with `redirect::Policy::none()`. One that follows redirects itself would carry our
    /// headers to hosts that must not get them; its requests get a span and no headers, and the tracer's diagnostics
    /// are told.
    ///
    /// # Errors
    /// Those of [`reqwest::RequestBuilder::send`], and [`TooManyRedirects`](crate::TooManyRedirects).
    fn send_traced(self) -> impl Future<Output = Result<Response>> + Send;

    /// The same, traced as `middleware` says.
    ///
    /// # Errors
    /// Those of [`reqwest::RequestBuilder::send`], and [`TooManyRedirects`](crate::TooManyRedirects).
    fn send_traced_with(
        self,
        middleware: &TraceMiddleware,
    ) -> impl Future<Output = Result<Response>> + Send;
}

impl RequestBuilderExt for RequestBuilder {
    async fn send_traced(self) -> Result<Response> {
        self.send_traced_with(&TraceMiddleware::new()).await
    }

    async fn send_traced_with(self, middleware: &TraceMiddleware) -> Result<Response> {
        let (client, request) = self.build_split();
        let middleware = middleware.clone().for_client(&client);
        let (sent, sender) = (AtomicU32::new(0), Sender::Client(client));
        middleware.follow(request?, None, &sent, sender).await
    }
}
