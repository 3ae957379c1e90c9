//! One request over the wire, with its span.

use sentry_trace_http::{
    BAGGAGE, ClientConfig, ClientRequest, ClientSpan, ClientUrl, Propagation, replace_baggage,
};
use ureq::http::{HeaderMap, HeaderValue, Request, Response};
use ureq::{Body, Error, SendBody};

/// How requests are recorded.
pub(crate) struct Recording<'a> {
    pub(crate) config: &'a ClientConfig,
    pub(crate) propagation: Propagation,
    /// What ureq can write at once, in bytes.
    pub(crate) output_buffer_size: usize,
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
        if span.propagates() {
            self.write_headers(request.headers_mut(), &span);
        }
        let result = span.scope().run(|| pass_on(request));
        match &result {
            Ok(response) => span.respond(response.status().as_u16()),
            Err(Error::StatusCode(status)) => span.respond(*status),
            Err(_) => span.fail(),
        }
        result
    }

    /// Writes our headers, without a `baggage` that ureq could not write: the request would fail of it.
    fn write_headers(&self, headers: &mut HeaderMap, span: &ClientSpan) {
        let before = headers.get_all(BAGGAGE).iter().cloned().collect();
        span.write_headers(headers);
        let line = headers.get(BAGGAGE).map_or(0, line_len);
        if line > self.output_buffer_size {
            replace_baggage(headers, before);
        }
    }
}

/// The length of a baggage line, with the empty one that follows when it is the last header.
fn line_len(baggage: &HeaderValue) -> usize {
    BAGGAGE.as_str().len() + ": ".len() + baggage.len() + "\r\n\r\n".len()
}
