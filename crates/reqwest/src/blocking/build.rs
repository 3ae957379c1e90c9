//! Building a blocking client that is traced.

use reqwest::redirect::Policy;

use super::client::TracedClient;
use crate::client_facts::ClientFacts;
use crate::middleware::TraceMiddleware;

/// Builds traced clients.
pub trait ClientBuilderExt {
    /// A client that is traced by the global tracer. It follows redirects as
    /// [the asynchronous one](crate::ClientBuilderExt::build_traced) does.
    ///
    /// # Errors
    /// Those of [`reqwest::blocking::ClientBuilder::build`].
    fn build_traced(self) -> reqwest::Result<TracedClient>;

    /// The same, traced as `middleware` says. [`TraceMiddleware::max_redirects`] goes before any policy of the builder.
    /// The client's timeout counts for each hop of a redirect, that of a request for all of them.
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
        let policy = ClientFacts::of(&self).policy;
        let (builder, middleware) = match middleware.clone().in_place_of(policy) {
            Some(follows) => (self.redirect(Policy::none()), follows),
            None => (self, middleware),
        };
        let settings = middleware
            .for_facts(ClientFacts::of(&builder))
            .into_settings();
        Ok(TracedClient::new(builder.build()?, settings))
    }
}
