//! Noticing that a browser's requests fail because of our headers.

use sentry_trace_runtime::Tracer;

use super::cors::allowed_request_headers;
use super::names::{is, names};
use crate::headers::Headers;

/// A preflight that asks for headers of ours.
///
/// Browsers ask a service of another origin before they send such a header. Where the answer does not allow it, they do not send
/// the request at all, so that tracing would break it; the diagnostics are told once for each origin.
#[derive(Clone, Debug)]
pub struct Preflight {
    origin: String,
    asked: Vec<&'static str>,
}

/// What is shown of an origin, which anybody can make up.
const MOST_ORIGIN_BYTES: usize = 200;

impl Preflight {
    /// Reads the head of a request; `None` unless it is a preflight that asks for headers of ours.
    #[must_use]
    pub fn of(method: &str, headers: &dyn Headers) -> Option<Self> {
        if !Self::may_be(method) {
            return None;
        }
        headers.first("access-control-request-method")?;
        let mut asked = Vec::new();
        headers.each("access-control-request-headers", &mut |line| {
            let named = |name: &&'static str| names(line).any(|asked| is(asked, name));
            asked.extend(allowed_request_headers(true).filter(named));
        });
        let origin = headers.first("origin").unwrap_or_default();
        let origin = &origin[..origin.len().min(MOST_ORIGIN_BYTES)];
        (!asked.is_empty()).then(|| Self {
            origin: origin.escape_ascii().to_string(),
            asked,
        })
    }

    /// Whether a request of this method can be one.
    pub(crate) fn may_be(method: &str) -> bool {
        method == "OPTIONS"
    }

    /// Looks at the answer, and tells the diagnostics what it does not allow.
    pub fn answered(&self, status: u16, headers: &dyn Headers, tracer: &Tracer) {
        let refused = self.refused(status, headers);
        if !refused.is_empty() {
            tracer.note_once("preflight", &self.origin, || self.note(&refused));
        }
    }

    /// What was asked for and is not allowed.
    fn refused(&self, status: u16, headers: &dyn Headers) -> Vec<&'static str> {
        let is_answer =
            (200..300).contains(&status) && headers.first("access-control-allow-origin").is_some();
        if !is_answer {
            return self.asked.clone();
        }
        let credentials = headers.first("access-control-allow-credentials") == Some(b"true");
        let mut refused = self.asked.clone();
        headers.each("access-control-allow-headers", &mut |line| {
            let allows = |name: &str| {
                names(line).any(|allowed| is(allowed, name) || allowed == b"*" && !credentials)
            };
            refused.retain(|name| !allows(name));
        });
        refused
    }

    fn note(&self, refused: &[&'static str]) -> String {
        let constant = if self.asked.contains(&"traceparent") {
            "ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT"
        } else {
            "ALLOWED_REQUEST_HEADERS"
        };
        let traceparent = self.asked.contains(&"traceparent");
        format!(
            "browsers at {} do not send their requests: the preflight's answer does not allow {}. Add to the CORS layer \
             `.allow_headers({constant})` (tower-http, in one list with the service's own: a second call replaces the \
             first) or `.allowed_headers(allowed_request_headers({traceparent}))` (actix-cors)",
            self.origin,
            refused.join(", "),
        )
    }
}
