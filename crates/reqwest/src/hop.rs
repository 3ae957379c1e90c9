//! One request over the wire, with its span.

use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Weak};

use http::Extensions;
use reqwest::header::HeaderValue;
use reqwest::{Client, Method, Request, Response, Url};
use reqwest_middleware::{Next, Result};
use sentry_trace_http::{ClientRequest, ClientSpan, Propagation, SENTRY_TRACE};
use sentry_trace_runtime::TraceFutureExt;

use crate::settings::{Settings, parts};

/// What middleware of ours notes in the extensions of a request.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    /// How often it has been sent, over all attempts of an outer retry, those too that it gave up. Middleware outside may
    /// send requests of its own with the same extensions, for a token for example: each counts for itself.
    sent: Vec<(Method, Url, Arc<AtomicU32>)>,
    /// Alive while it is being sent.
    hop: Weak<Hop>,
}

/// What is being sent.
pub(crate) struct Hop {
    url: Url,
    sentry_trace: Option<HeaderValue>,
}

/// As many requests with the same extensions are told apart; the oldest one is forgotten.
const MOST_REQUESTS: usize = 8;

impl Progress {
    /// How often this request was sent.
    pub(crate) fn sent(&mut self, request: &Request) -> Arc<AtomicU32> {
        let (method, url) = (request.method(), request.url());
        let mut known = self.sent.iter();
        if let Some((.., sent)) = known.find(|known| (&known.0, &known.1) == (method, url)) {
            return sent.clone();
        }
        if self.sent.len() == MOST_REQUESTS {
            self.sent.remove(0);
        }
        let sent = Arc::default();
        self.sent
            .push((method.clone(), url.clone(), Arc::clone(&sent)));
        sent
    }

    pub(crate) fn hop(&self) -> Option<Arc<Hop>> {
        self.hop.upgrade()
    }
}

impl Hop {
    /// Whether this is the request that another middleware of ours, outside of the one that asks, traces. A second one
    /// would record it twice, and take our headers for the caller's, which travel along a redirect. Middleware in
    /// between may also send requests of its own with the same extensions.
    pub(crate) fn is(&self, request: &Request) -> bool {
        let header = request.headers().get(SENTRY_TRACE);
        self.url == *request.url() || header.is_some() && header == self.sentry_trace.as_ref()
    }
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
        let _hop = self.mark(&span, &request);
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
    fn mark(&mut self, span: &ClientSpan, request: &Request) -> Option<Arc<Hop>> {
        let Self::Middleware(_, extensions) = self else {
            return None;
        };
        let hop = || Hop {
            url: request.url().clone(),
            sentry_trace: request.headers().get(SENTRY_TRACE).cloned(),
        };
        let hop = span.is_traced().then(|| Arc::new(hop()))?;
        let progress = extensions.get_or_insert_default::<Progress>();
        progress.hop = Arc::downgrade(&hop);
        Some(hop)
    }

    async fn pass_on(&mut self, request: Request) -> Result<Response> {
        match self {
            Self::Middleware(next, extensions) => next.clone().run(request, extensions).await,
            Self::Client(client) => Ok(client.execute(request).await?),
        }
    }
}
