//! One request over the wire, with its span.

use sentry_trace_http::{ClientConfig, ClientRequest, ClientUrl, Propagation};
use ureq::http::{Request, Response};
use ureq::{Body, Error, SendBody};

/// How requests are recorded.
pub(crate) struct Recording<'a> {
    pub(crate) config: &'a ClientConfig,
    pub(crate) propagation: Propagation,
}

impl Recording<'_> {
    /// Sends one request in a span of its own; `resend_count` were sent before.
    pub(crate) fn send(
        &self,
        mut request: Request<SendBody<'_>>,
        resend_count: u32,
        pass_on: impl FnOnce(Request<SendBody<'_>>) -> Result<Response<Body>, Error>,
    ) -> Result<Response<Body>, Error> {
        let seen = ClientRequest::new(
            request.method().as_str(),
            ClientUrl::from_http(request.uri()),
        );
        let span = self
            .config
            .start(&seen.resend(resend_count), self.propagation);
        span.write_headers(request.headers_mut());
        let result = span.scope().run(|| pass_on(request));
        match &result {
            Ok(response) => span.respond(response.status().as_u16()),
            Err(Error::StatusCode(status)) => span.respond(*status),
            Err(_) => span.fail(),
        }
        result
    }
}
