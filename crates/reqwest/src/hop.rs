//! One request over the wire, with its span.

use std::sync::{Arc, Weak};

use http::Extensions;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{Next, Result};
use sentry_trace_http::{ClientRequest, ClientSpan, Propagation};
use sentry_trace_runtime::TraceFutureExt;

use crate::settings::{Settings, parts};

/// Alive while a middleware of ours sends the request of these extensions.
#[derive(Clone)]
struct Traced(Weak<()>);

/// Whether another middleware of ours, outside of the one that asks, traces this request. A second one would record it
/// twice, and take our headers for the caller's, which travel along a redirect.
pub(crate) fn is_traced(extensions: &Extensions) -> bool {
    let traced = extensions.get::<Traced>();
    traced.is_some_and(|Traced(hop)| hop.strong_count() > 0)
}

/// What sends a request.
pub(crate) enum Sender<'a> {
    Middleware(Next<'a>, &'a mut Extensions),
    Client(Client),
}

impl Sender<'_> {
    /// Sends one request in a span of its own.
    pub(crate) async fn send(
        &mut self,
        settings: &Settings,
        mut request: Request,
        propagation: Propagation,
        resend_count: u32,
    ) -> Result<Response> {
        let url = request.url().clone();
        let seen = ClientRequest::new(request.method().as_str(), parts(&url));
        let span = settings
            .config
            .start(&seen.resend(resend_count), propagation);
        settings.write_headers(request.headers_mut(), &span);
        let _traced = self.mark(&span);
        let propagates = span.propagates();
        let result = self.pass_on(request).in_trace(span.handle().clone()).await;
        match &result {
            Ok(response) => span.respond(response.status().as_u16()),
            Err(_) => span.fail(),
        }
        if let (true, Ok(response)) = (propagates, &result) {
            settings.compare(&url, response.url());
        }
        result
    }

    /// The request is traced for as long as what this gives is kept.
    fn mark(&mut self, span: &ClientSpan) -> Option<Arc<()>> {
        let Self::Middleware(_, extensions) = self else {
            return None;
        };
        let hop = span.is_traced().then(Arc::default)?;
        extensions.insert(Traced(Arc::downgrade(&hop)));
        Some(hop)
    }

    async fn pass_on(&mut self, request: Request) -> Result<Response> {
        match self {
            Self::Middleware(next, extensions) => next.clone().run(request, extensions).await,
            Self::Client(client) => Ok(client.execute(request).await?),
        }
    }
}
