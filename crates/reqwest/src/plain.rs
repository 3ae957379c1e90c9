//! A plain `reqwest::Client`.

use reqwest::{Client, RequestBuilder, Response};
use reqwest_middleware::Result;
use sentry_trace_http::Propagation;

use crate::hop::Sender;
use crate::middleware::TraceMiddleware;

/// Sends a request of a plain [`reqwest::Client`] with a span.
pub trait RequestBuilderExt {
    /// Sends the request, traced by the global tracer.
    ///
    /// # Errors
    /// Those of [`reqwest::RequestBuilder::send`], and [`TooManyRedirects`](crate::TooManyRedirects).
    fn send_traced(self) -> impl Future<Output = Result<Response>> + Send;

    /// Sends the request, traced as `middleware` says.
    ///
    /// The client has to be built with `redirect::Policy::none()`. One that follows redirects itself would carry our
    /// headers to hosts that must not get them; its requests get a span and no headers, and the tracer's diagnostics
    /// are told.
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
        let propagation = if follows_redirects(&client) {
            middleware.note("this client follows redirects itself: build it with redirect::Policy::none() or build_traced()");
            Propagation::NotPropagated
        } else {
            Propagation::Traced
        };
        middleware
            .follow(request?, propagation, &mut 0, Sender::Client(client))
            .await
    }
}

/// reqwest shows its redirect policy nowhere but in its debug text; what that does not show counts as following.
fn follows_redirects(client: &Client) -> bool {
    !format!("{client:?}").contains("Policy(None)")
}

#[cfg(test)]
mod tests {
    use reqwest::redirect::Policy;

    use super::*;

    #[test]
    fn the_policy_is_read_from_the_debug_text() {
        let client = |policy| {
            Client::builder()
                .redirect(policy)
                .build()
                .expect("a client")
        };
        assert!(!follows_redirects(&client(Policy::none())));
        assert!(follows_redirects(&client(Policy::limited(10))));
        assert!(follows_redirects(&client(Policy::limited(3))));
        assert!(follows_redirects(&client(Policy::custom(|attempt| {
            attempt.follow()
        }))));
    }
}
