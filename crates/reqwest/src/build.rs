//! Building a client that is traced.

use reqwest::redirect::Policy;
use reqwest_middleware::ClientWithMiddleware;

use crate::middleware::TraceMiddleware;

/// Builds traced clients.
pub trait ClientBuilderExt {
    /// A client that is traced by the global tracer and follows up to ten redirects.
    ///
    /// # Errors
    /// Those of [`reqwest::ClientBuilder::build`].
    fn build_traced(self) -> reqwest::Result<ClientWithMiddleware>;

    /// A client that is traced as `middleware` says. A redirect policy that was set on the builder is replaced by
    /// [`TraceMiddleware::max_redirects`].
    ///
    /// # Errors
    /// Those of [`reqwest::ClientBuilder::build`].
    fn build_traced_with(
        self,
        middleware: TraceMiddleware,
    ) -> reqwest::Result<ClientWithMiddleware>;
}

impl ClientBuilderExt for reqwest::ClientBuilder {
    fn build_traced(self) -> reqwest::Result<ClientWithMiddleware> {
        self.build_traced_with(TraceMiddleware::new())
    }

    fn build_traced_with(
        self,
        middleware: TraceMiddleware,
    ) -> reqwest::Result<ClientWithMiddleware> {
        let client = self.redirect(Policy::none()).build()?;
        let middleware = middleware.for_client(&client);
        Ok(reqwest_middleware::ClientBuilder::new(client)
            .with(middleware)
            .build())
    }
}
