//! One request over the wire, with its span.

use http::Extensions;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{Next, Result};
use sentry_trace_http::{ClientRequest, Propagation};
use sentry_trace_runtime::TraceFutureExt;

use crate::settings::{Settings, parts};

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

    async fn pass_on(&mut self, request: Request) -> Result<Response> {
        match self {
            Self::Middleware(next, extensions) => next.clone().run(request, extensions).await,
            Self::Client(client) => Ok(client.execute(request).await?),
        }
    }
}
