//! The default headers of a client that decide which of ours are written (rule R8).

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use sentry_trace_http::{BAGGAGE, SENTRY_TRACE, TRACEPARENT};
use sentry_trace_runtime::core::headers::SignedHeaders;

use crate::debug_text::{DefaultHeader, default_header};

/// The client adds its default headers only after we have written ours, and only where there is none of the name.
#[derive(Clone, Debug, Default)]
pub(crate) struct DefaultHeaders {
    known: HeaderMap,
    unreadable: Vec<HeaderName>,
}

impl DefaultHeaders {
    /// Reads the debug text of a client.
    pub(crate) fn of(text: &str) -> Self {
        let mut read = Self::default();
        for name in [SENTRY_TRACE, BAGGAGE, TRACEPARENT] {
            match (default_header(text, name.as_str()), value(text, &name)) {
                (DefaultHeader::Absent, _) => {}
                (_, Some(value)) => _ = read.known.insert(name, value),
                (_, None) => read.unreadable.push(name),
            }
        }
        // A sensitive one hides whether it is a signature; one that covers all requests alike is rare.
        if let Some(value) = value(text, &AUTHORIZATION) {
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

fn value(text: &str, name: &HeaderName) -> Option<HeaderValue> {
    match default_header(text, name.as_str()) {
        DefaultHeader::Value(value) => HeaderValue::from_str(value).ok(),
        DefaultHeader::Absent | DefaultHeader::Unreadable => None,
    }
}
