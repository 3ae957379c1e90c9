//! The middleware for `reqwest-middleware`.

use std::sync::atomic::{AtomicU32, Ordering};

use http::Extensions;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use sentry_trace_http::{ClientRequest, Propagation};
use sentry_trace_runtime::{TraceFutureExt, Tracer};

use crate::client_facts::{ClientFacts, RedirectPolicy};
use crate::hop::{Progress, Sender};
use crate::journey::Journey;
use crate::settings::Settings;

/// Records a span for each request and each redirect, and writes the headers that carry the trace on.
///
/// The client below must not follow redirects itself: build it with `redirect::Policy::none()`, or let
/// [`build_traced`](crate::ClientBuilderExt::build_traced) do so. A client that follows would carry our headers to
/// hosts that must not get them (rule R8). When an answer has another URL than its request, the tracer's diagnostics are
/// told, and further requests of this middleware get no headers: the client follows, or a middleware inside changed the
/// URL; [`for_client`](Self::for_client) tells which. A clone, which may stand over another client, starts anew: where a
/// stack is made for each request, `for_client` has to be told.
#[derive(Clone, Debug)]
#[must_use]
pub struct TraceMiddleware {
    settings: Settings,
}

impl TraceMiddleware {
    /// A middleware that uses the global tracer and follows up to ten redirects, as reqwest does unless it is told.
    /// [`build_traced_with`](crate::ClientBuilderExt::build_traced_with) lets it follow as the builder says.
    pub fn new() -> Self {
        Self {
            settings: Settings::new(),
        }
    }

    /// The tracer whose targets count; without one the global tracer is looked up at each request.
    pub fn tracer(mut self, tracer: Tracer) -> Self {
        self.settings.config = self.settings.config.tracer(tracer);
        self
    }

    /// Names the span, instead of by method and URL; `None` keeps that.
    pub fn name(
        mut self,
        name: impl Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.settings.config = self.settings.config.name(name);
        self
    }

    /// The most redirects that are followed; with 0 a redirect is given back as it is. More are an error of the kind
    /// [`TooManyRedirects`](crate::TooManyRedirects).
    ///
    /// [`build_traced_with`](crate::ClientBuilderExt::build_traced_with) puts this in the place of the builder's redirect
    /// policy. It has no effect on a client that was built to follow redirects itself.
    pub const fn max_redirects(mut self, redirects: usize) -> Self {
        self.settings.max_redirects = Some(redirects);
        self
    }

    /// What happens to requests that have no [`Propagation`] of their own as an extension.
    pub const fn propagation(mut self, propagation: Propagation) -> Self {
        self.settings.propagation = propagation;
        self
    }

    /// Reads the settings of the client below that redirects and headers depend on: its timeout, whether it sends
    /// `referer`, and whether there are credentials or headers of a trace among its default headers.
    ///
    /// [`build_traced`](crate::ClientBuilderExt::build_traced) and
    /// [`send_traced`](crate::RequestBuilderExt::send_traced) do this. A middleware in a stack of your own that is
    /// not told gives redirects to another origin back as they are, because the client's default headers would go
    /// there.
    pub fn for_client(self, client: &Client) -> Self {
        self.for_facts(ClientFacts::of(client))
    }

    pub(crate) fn for_facts(mut self, client: ClientFacts) -> Self {
        self.settings.client = Some(client);
        self
    }

    /// Follows redirects in the place of a client with this policy; `None` for a policy that is left to the client: one
    /// that only it can ask, and one to which each redirect is an error.
    pub(crate) fn in_place_of(self, policy: RedirectPolicy) -> Option<Self> {
        match (self.settings.max_redirects, policy) {
            (Some(_), _) => Some(self),
            (None, RedirectPolicy::Limit(0) | RedirectPolicy::Custom) => None,
            (None, RedirectPolicy::None) => Some(self.max_redirects(0)),
            (None, RedirectPolicy::Limit(limit)) => Some(self.max_redirects(limit)),
        }
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn into_settings(self) -> Settings {
        self.settings
    }

    /// Sends a request and follows its redirects; counts in `sent` how often something was sent.
    pub(crate) async fn follow(
        &self,
        request: Request,
        asked: Option<Propagation>,
        sent: &AtomicU32,
        sender: Sender<'_>,
    ) -> Result<Response> {
        let propagation = self.settings.propagation(asked);
        let surroundings = self.settings.config.surroundings(propagation);
        self.travel(request, propagation, sent, sender)
            .in_trace(surroundings)
            .await
    }

    async fn travel(
        &self,
        mut request: Request,
        propagation: Propagation,
        sent: &AtomicU32,
        mut sender: Sender<'_>,
    ) -> Result<Response> {
        let mut journey = Journey::start(&self.settings, &request);
        loop {
            journey.depart(&request);
            let resend_count = sent.fetch_add(1, Ordering::Relaxed);
            let response = sender
                .send(&self.settings, request, propagation, resend_count)
                .await?;
            match journey.arrive(response.status(), response.headers()) {
                Ok(None) => return Ok(response),
                Ok(Some(next)) => request = next,
                Err(error) => return Err(Error::middleware(error)),
            }
        }
    }
}

impl Default for TraceMiddleware {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait::async_trait]
impl Middleware for TraceMiddleware {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let progress = extensions.get::<Progress>();
        let outer = match progress.and_then(Progress::hop) {
            Some(hop) if hop.is(&request) => return next.run(request, extensions).await,
            // What middleware sends besides, with the extensions of a request that is under way, counts for itself.
            Some(_) => extensions.remove::<Progress>(),
            None => None,
        };
        let asked = extensions.get::<Propagation>().copied();
        let progress = extensions.get_or_insert_default::<Progress>();
        let sent = progress.sent(&request);
        let sender = Sender::Middleware(next, extensions);
        let result = self.follow(request, asked, &sent, sender).await;
        outer.and_then(|outer| extensions.insert(outer));
        result
    }
}
