//! Building a client that is traced.

use reqwest::redirect::Policy;
use reqwest_middleware::ClientWithMiddleware;

use crate::client_facts::ClientFacts;
use crate::middleware::TraceMiddleware;

/// Builds traced clients.
pub trait ClientBuilderExt {
    /// A client that is traced by the global tracer.
    ///
    /// It follows redirects itself, in the place of reqwest: as many as the builder's `Policy::limited` or
    /// `Policy::none` says, ten where nothing was said. A `Policy::custom` stays with reqwest, which would carry our
    /// headers to hosts that must not get them: the requests of such a client get a span and no headers, and the
    /// tracer's diagnostics are told.
    ///
    /// **A middleware that is added to this client runs on each hop of a redirect**: `ClientBuilder::from_client` of
    /// `reqwest-middleware` puts it inside of ours. One that adds credentials would give them to every origin that a
    /// redirect leads to. Build the stack yourself, with [`TraceMiddleware`] last, as
    /// [the page of the crate](crate#what-a-traced-client-is) shows.
    ///
    /// # Errors
    /// Those of [`reqwest::ClientBuilder::build`].
    fn build_traced(self) -> reqwest::Result<ClientWithMiddleware>;

    /// The same, traced as `middleware` says. [`TraceMiddleware::max_redirects`] goes before any policy of the builder.
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
        let policy = ClientFacts::of(&self).policy;
        let (builder, middleware) = match middleware.clone().in_place_of(policy) {
            Some(follows) => (self.redirect(Policy::none()), follows),
            None => (self, middleware),
        };
        let client = builder.build()?;
        let middleware = middleware.for_client(&client);
        Ok(reqwest_middleware::ClientBuilder::new(client)
            .with(middleware)
            .build())
    }
}
