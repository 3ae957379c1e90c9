//! A request and the redirects after it.

use std::fmt;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderValue};

use crate::client_facts::DEFAULT_REDIRECTS;
use crate::credentials;
use crate::redirect::Template;
use crate::request::Resend;
use crate::settings::Settings;

/// More redirects than [`TraceMiddleware::max_redirects`](crate::TraceMiddleware::max_redirects) allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyRedirects {
    /// How many are allowed.
    pub allowed: usize,
}

/// How far a request has come.
pub(crate) struct Journey<'a, R> {
    settings: &'a Settings,
    template: Option<Template<R>>,
    redirects: usize,
    max_redirects: usize,
    deadline: Option<Instant>,
}

impl<'a, R: Resend> Journey<'a, R> {
    /// Before the first request is sent.
    pub(crate) fn start(settings: &'a Settings, request: &R) -> Self {
        let of_client = || settings.client.as_ref().and_then(|client| client.timeout);
        let timeout = request.timeout().or_else(of_client);
        Self {
            settings,
            template: None,
            redirects: 0,
            // What a client that follows itself gives back, it does not want to follow.
            max_redirects: match settings.max_redirects {
                _ if settings.client_follows() => 0,
                Some(most) => most,
                None => DEFAULT_REDIRECTS,
            },
            deadline: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
        }
    }

    /// Before a request gets our headers, which must not travel on.
    pub(crate) fn depart(&mut self, request: &R) {
        self.template = (self.max_redirects > 0).then(|| Template::of(request));
    }

    /// The next request, if the response asks for one that can be made.
    pub(crate) fn arrive(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> Result<Option<R>, TooManyRedirects> {
        let Some(template) = self.template.take() else {
            return Ok(None);
        };
        let previous = template.url().clone();
        let client = self.settings.client.as_ref();
        let referer = client.is_some_and(|client| client.referer);
        let Some(mut request) = template.next(status, headers, referer) else {
            return Ok(None);
        };
        if self.redirects == self.max_redirects {
            return Err(TooManyRedirects {
                allowed: self.max_redirects,
            });
        }
        self.redirects += 1;
        if let Some(deadline) = self.deadline {
            match deadline.saturating_duration_since(Instant::now()) {
                // No client answers so late: the time went by in middleware between here and the client, which does
                // not count it.
                Duration::ZERO => self.deadline = None,
                left => *request.timeout_mut() = Some(left),
            }
        }
        let may_go = !credentials::is_elsewhere(&previous, request.url())
            || self.blank_default_credentials(request.headers_mut());
        Ok(may_go.then_some(request))
    }

    /// The client adds its default headers to every hop, also where the same headers of a request are taken off; it
    /// keeps back those that the request has, even blank. False when its default headers are not known.
    fn blank_default_credentials(&self, headers: &mut HeaderMap) -> bool {
        let Some(client) = &self.settings.client else {
            self.settings.config.note(
                "a redirect to another origin is given back, because the client may have credentials among its \
                 default headers: TraceMiddleware::for_client tells",
            );
            return false;
        };
        for name in &client.default_credentials {
            headers.insert(name, HeaderValue::from_static(""));
        }
        if !client.default_credentials.is_empty() {
            self.settings.config.note(
                "a redirect to another origin got credentials among the client's default headers as blank headers: \
                 give them to each request instead",
            );
        }
        true
    }
}

impl fmt::Display for TooManyRedirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} redirects", self.allowed)
    }
}

impl std::error::Error for TooManyRedirects {}
