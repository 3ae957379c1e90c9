//! The middleware for `reqwest-middleware`.

use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use sentry_trace_http::{ClientConfig, ClientRequest, Propagation};
use sentry_trace_runtime::Tracer;

use crate::hop::Sender;
use crate::redirect::{Template, TooManyRedirects};

/// Records a span for each request and each redirect, and writes the headers that carry the trace on.
///
/// The client below must not follow redirects itself: build it with `redirect::Policy::none()`, or let
/// [`build_traced`](crate::ClientBuilderExt::build_traced) do so.
#[derive(Clone, Debug)]
#[must_use]
pub struct TraceMiddleware {
    config: ClientConfig,
    max_redirects: usize,
}

/// How often the request of these extensions has been sent, over all attempts of an outer retry.
#[derive(Clone, Copy, Default)]
struct Sent(u32);

impl TraceMiddleware {
    /// A middleware that uses the global tracer and follows up to ten redirects, as reqwest does.
    pub const fn new() -> Self {
        Self {
            config: ClientConfig::new("auto.http.reqwest"),
            max_redirects: 10,
        }
    }

    /// The tracer whose targets count; without one the global tracer is looked up at each request.
    pub fn tracer(self, tracer: Tracer) -> Self {
        Self {
            config: self.config.tracer(tracer),
            ..self
        }
    }

    /// Names the span, instead of by method and URL; `None` keeps that.
    pub fn name(
        self,
        name: impl Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            config: self.config.name(name),
            ..self
        }
    }

    /// The most redirects that are followed; with 0 a redirect is given back as it is. More are an error of the kind
    /// [`TooManyRedirects`].
    pub const fn max_redirects(mut self, redirects: usize) -> Self {
        self.max_redirects = redirects;
        self
    }

    pub(crate) fn note(&self, note: &str) {
        self.config.note(note);
    }

    /// Sends a request and follows its redirects; counts in `sent` how often something was sent.
    pub(crate) async fn follow(
        &self,
        mut request: Request,
        propagation: Propagation,
        sent: &mut u32,
        mut sender: Sender<'_>,
    ) -> Result<Response> {
        for redirects in 0.. {
            let template = (self.max_redirects > 0).then(|| Template::of(&request));
            let response = sender.send(&self.config, request, propagation, *sent).await;
            *sent += 1;
            let response = response?;
            match template.and_then(|template| template.next(&response)) {
                None => return Ok(response),
                Some(_) if redirects == self.max_redirects => break,
                Some(next) => request = next,
            }
        }
        Err(Error::middleware(TooManyRedirects {
            allowed: self.max_redirects,
        }))
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
        let propagation = extensions.get::<Propagation>().copied().unwrap_or_default();
        let Sent(mut sent) = extensions.get().copied().unwrap_or_default();
        let sender = Sender::Middleware(next, extensions);
        let result = self.follow(request, propagation, &mut sent, sender).await;
        extensions.insert(Sent(sent));
        result
    }
}
