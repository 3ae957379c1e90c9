//! Following a redirect, by the rules that reqwest itself has.

use std::fmt;
use std::time::Instant;

use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName,
    LOCATION, PROXY_AUTHORIZATION, REFERER, TRANSFER_ENCODING, WWW_AUTHENTICATE,
};
use reqwest::{Method, Request, Response, StatusCode, Url};

/// More redirects than [`TraceMiddleware::max_redirects`](crate::TraceMiddleware::max_redirects) allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyRedirects {
    /// How many are allowed.
    pub allowed: usize,
}

/// The request before our headers were written into it, kept for a further hop.
pub(crate) struct Template {
    /// Everything but the body.
    head: Request,
    /// `None` when the body is a stream, which cannot be sent twice.
    whole: Option<Request>,
    deadline: Option<Instant>,
}

impl Template {
    pub(crate) fn of(request: &Request) -> Self {
        let mut head = Request::new(request.method().clone(), request.url().clone());
        *head.headers_mut() = request.headers().clone();
        *head.version_mut() = request.version();
        Self {
            head,
            whole: request.try_clone(),
            deadline: request.timeout().map(|timeout| Instant::now() + *timeout),
        }
    }

    /// The request that the response asks for; `None` when it asks for none, or for one that cannot be made.
    pub(crate) fn next(self, response: &Response) -> Option<Request> {
        let keeps_body = match (response.status(), self.head.method()) {
            (StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND, method) => *method != Method::POST,
            (StatusCode::SEE_OTHER, _) => false,
            (StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT, _) => true,
            _ => return None,
        };
        let location = std::str::from_utf8(response.headers().get(LOCATION)?.as_bytes()).ok()?;
        let previous = self.head.url().clone();
        let url = previous
            .join(location)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let mut request = if keeps_body {
            self.whole?
        } else {
            without_body(self.head)
        };
        if let Some(deadline) = self.deadline {
            *request.timeout_mut() = Some(deadline.saturating_duration_since(Instant::now()));
        }
        strip_credentials(request.headers_mut(), &previous, &url);
        set_referer(request.headers_mut(), &previous, &url);
        *request.url_mut() = url;
        Some(request)
    }
}

fn without_body(mut head: Request) -> Request {
    if *head.method() != Method::HEAD {
        *head.method_mut() = Method::GET;
    }
    for name in [
        CONTENT_TYPE,
        CONTENT_LENGTH,
        CONTENT_ENCODING,
        TRANSFER_ENCODING,
    ] {
        head.headers_mut().remove(name);
    }
    head
}

/// Credentials do not travel to another origin.
fn strip_credentials(headers: &mut HeaderMap, previous: &Url, next: &Url) {
    const COOKIE2: HeaderName = HeaderName::from_static("cookie2");
    if previous.origin() != next.origin() {
        for name in [
            AUTHORIZATION,
            COOKIE,
            COOKIE2,
            PROXY_AUTHORIZATION,
            WWW_AUTHENTICATE,
        ] {
            headers.remove(name);
        }
    }
}

fn set_referer(headers: &mut HeaderMap, previous: &Url, next: &Url) {
    if previous.scheme() == "https" && next.scheme() == "http" {
        return;
    }
    let mut referer = previous.clone();
    referer.set_fragment(None);
    // Both fail only on URLs that cannot have credentials.
    _ = referer.set_username("");
    _ = referer.set_password(None);
    if let Ok(value) = referer.as_str().parse() {
        headers.insert(REFERER, value);
    }
}

impl fmt::Display for TooManyRedirects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} redirects", self.allowed)
    }
}

impl std::error::Error for TooManyRedirects {}
