//! Building a blocking client that is traced.

use reqwest::redirect::Policy;

use super::client::TracedClient;
use crate::client_facts::ClientFacts;
use crate::middleware::TraceMiddleware;

/// Builds traced clients.
pub trait ClientBuilderExt {
    /// A client that is traced by the global tracer and follows up to ten redirects.
    ///
    /// # Errors
    /// Those of [`reqwest::blocking::ClientBuilder::build`].
    fn build_traced(self) -> reqwest::Result<TracedClient>;

    /// A client that is traced as `middleware` says. A redirect policy that was set on the builder is replaced by
    /// [`TraceMiddleware::max_redirects`]. The client's timeout counts for each hop of a redirect, that of a request
    /// for all of them.
    ///
    /// # Errors
    /// Those of [`reqwest::blocking::ClientBuilder::build`].
    fn build_traced_with(self, middleware: TraceMiddleware) -> reqwest::Result<TracedClient>;
}

impl ClientBuilderExt for reqwest::blocking::ClientBuilder {
    fn build_traced(self) -> reqwest::Result<TracedClient> {
        self.build_traced_with(TraceMiddleware::new())
    }

    fn build_traced_with(self, middleware: TraceMiddleware) -> reqwest::Result<TracedClient> {
        let builder = self.redirect(Policy::none());
        let settings = middleware
            .for_facts(ClientFacts::of(&builder))
            .into_settings();
        Ok(TracedClient::new(builder.build()?, settings))
    }
}
