//! One request over the wire, with its span.

use http::Extensions;
use reqwest::{Client, Request, Response};
use reqwest_middleware::{Next, Result};
use sentry_trace_http::{ClientConfig, ClientRequest, ClientUrl, Propagation};
use sentry_trace_runtime::TraceFutureExt;

/// What sends a request.
pub(crate) enum Sender<'a> {
    Middleware(Next<'a>, &'a mut Extensions),
    Client(Client),
}

impl Sender<'_> {
    /// Sends one request in a span of its own.
    pub(crate) async fn send(
        &mut self,
        config: &ClientConfig,
        mut request: Request,
        propagation: Propagation,
        resend_count: u32,
    ) -> Result<Response> {
        let seen = ClientRequest::new(request.method().as_str(), parts(request.url()));
        let span = config.start(&seen.resend(resend_count), propagation);
        span.write_headers(request.headers_mut());
        let result = self.pass_on(request).in_trace(span.handle().clone()).await;
        match &result {
            Ok(response) => span.respond(response.status().as_u16()),
            Err(_) => span.fail(),
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

fn parts(url: &reqwest::Url) -> Option<ClientUrl<'_>> {
    Some(ClientUrl {
        scheme: url.scheme(),
        host: url.host_str()?,
        port: url.port(),
        path: url.path(),
        query: url.query(),
    })
}
