//! The default headers of a client that decide which of ours are written (rule R8).

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use sentry_trace_http::{BAGGAGE, SENTRY_TRACE, TRACEPARENT};
use sentry_trace_runtime::core::headers::SignedHeaders;

use crate::debug_text::{DebugText, DefaultHeader};

/// The client adds its default headers only after we have written ours, and only where there is none of the name.
#[derive(Clone, Debug, Default)]
pub(crate) struct DefaultHeaders {
    known: HeaderMap,
    unreadable: Vec<HeaderName>,
    /// There is a `traceparent` that cannot be read, and need not be: what matters is that ours stays out.
    pub(crate) hides_traceparent: bool,
}

impl DefaultHeaders {
    /// Reads the debug text of a client.
    pub(crate) fn of(text: &DebugText<'_>) -> Self {
        let mut read = Self::default();
        for name in [SENTRY_TRACE, BAGGAGE, TRACEPARENT] {
            let header = text.default_header(name.as_str());
            match value(header) {
                _ if header == DefaultHeader::Absent => {}
                Some(value) => _ = read.known.insert(name, value),
                None if name == TRACEPARENT => read.hides_traceparent = true,
                None => read.unreadable.push(name),
            }
        }
        // A sensitive one hides whether it is a signature; one that covers all requests alike is rare.
        if let Some(value) = value(text.default_header(AUTHORIZATION.as_str())) {
            if SignedHeaders::read([value.as_bytes()]) != SignedHeaders::default() {
                read.known.insert(AUTHORIZATION, value);
            }
        }
        read
    }

    /// Gives a request what the client would add to it. False when that is not known.
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) -> bool {
        for (name, value) in &self.known {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        self.unreadable
            .iter()
            .all(|name| headers.contains_key(name))
    }
}

fn value(header: DefaultHeader<'_>) -> Option<HeaderValue> {
    match header {
        DefaultHeader::Value(value) => HeaderValue::from_str(value).ok(),
        DefaultHeader::Absent | DefaultHeader::Unreadable => None,
    }
}
