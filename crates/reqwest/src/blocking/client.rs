//! A blocking client that is traced.

use std::time::Duration;

use reqwest::blocking::{Body, Client, Request, RequestBuilder, Response};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{IntoUrl, Method};
use sentry_trace_http::{ClientRequest, Propagation};
use sentry_trace_runtime::current::Scope;

use super::error::Error;
use crate::journey::Journey;
use crate::settings::{Settings, parts};

/// A client that records a span for each request and each redirect, and writes the headers that carry the trace on.
///
/// Cheap to clone. Built by [`build_traced`](super::ClientBuilderExt::build_traced).
#[derive(Clone, Debug)]
pub struct TracedClient {
    client: Client,
    settings: Settings,
}

/// A request of a [`TracedClient`].
#[derive(Debug)]
#[must_use = "nothing is sent before `send`"]
pub struct TracedRequestBuilder {
    client: TracedClient,
    builder: RequestBuilder,
    propagation: Option<Propagation>,
}

impl TracedClient {
    pub(super) const fn new(client: Client, settings: Settings) -> Self {
        Self { client, settings }
    }

    /// A GET request.
    pub fn get(&self, url: impl IntoUrl) -> TracedRequestBuilder {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl IntoUrl) -> TracedRequestBuilder {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl IntoUrl) -> TracedRequestBuilder {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl IntoUrl) -> TracedRequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl IntoUrl) -> TracedRequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// A HEAD request.
    pub fn head(&self, url: impl IntoUrl) -> TracedRequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> TracedRequestBuilder {
        TracedRequestBuilder {
            client: self.clone(),
            builder: self.client.request(method, url),
            propagation: None,
        }
    }

    /// Sends a request that was built elsewhere.
    ///
    /// # Errors
    /// Those of [`reqwest::blocking::Client::execute`], and too many redirects.
    pub fn execute(&self, request: Request) -> Result<Response, Error> {
        self.follow(request, None)
    }

    fn follow(&self, request: Request, asked: Option<Propagation>) -> Result<Response, Error> {
        let propagation = self.settings.propagation(asked);
        let surroundings = self.settings.config.surroundings(propagation);
        Scope::new(surroundings).run(|| self.travel(request, propagation))
    }

    fn travel(&self, mut request: Request, propagation: Propagation) -> Result<Response, Error> {
        let mut journey = Journey::start(&self.settings, &request);
        let mut sent = 0;
        loop {
            journey.depart(&request);
            let response = self.hop(request, propagation, sent)?;
            sent += 1;
            match journey.arrive(response.status(), response.headers())? {
                None => return Ok(response),
                Some(next) => request = next,
            }
        }
    }

    fn hop(
        &self,
        mut request: Request,
        propagation: Propagation,
        resend_count: u32,
    ) -> reqwest::Result<Response> {
        let seen = ClientRequest::new(request.method().as_str(), parts(request.url()));
        let span = self
            .settings
            .config
            .start(&seen.resend(resend_count), propagation);
        self.settings.write_headers(request.headers_mut(), &span);
        let result = span.scope().run(|| self.client.execute(request));
        match &result {
            Ok(response) => span.respond(response.status().as_u16()),
            Err(_) => span.fail(),
        }
        result
    }
}

impl TracedRequestBuilder {
    /// Adds a header.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        <HeaderName as TryFrom<K>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        self.configure(|builder| builder.header(name, value))
    }

    /// Sets headers, instead of those of the same names.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.configure(|builder| builder.headers(headers))
    }

    /// Sets the body. One that is read from a stream cannot be sent again on a redirect.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.configure(|builder| builder.body(body))
    }

    /// The time for the request and its redirects.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.configure(|builder| builder.timeout(timeout))
    }

    /// What happens to this request, instead of what [`TraceMiddleware::propagation`](crate::TraceMiddleware::propagation) says.
    pub const fn propagation(mut self, propagation: Propagation) -> Self {
        self.propagation = Some(propagation);
        self
    }

    /// Everything else that reqwest's builder can do: `configure(|request| request.json(&value))`.
    pub fn configure(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self {
            builder: change(self.builder),
            ..self
        }
    }

    /// Sends the request.
    ///
    /// # Errors
    /// Those of [`reqwest::blocking::RequestBuilder::send`], and too many redirects.
    pub fn send(self) -> Result<Response, Error> {
        self.client.follow(self.builder.build()?, self.propagation)
    }
}
