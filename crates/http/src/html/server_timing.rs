//! The `Server-Timing` header, where a page's script reads the trace without any tag in the page.

use http::HeaderMap;
use http::header::{HeaderName, HeaderValue};
use sentry_trace_core::html::{has_sentry_trace_entry, server_timing as entries};

use super::injection::may_carry;
use super::trace_meta::TraceMeta;
use crate::headers::Headers;

/// The header `server-timing`.
pub const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The line of `Server-Timing` that a response with this head gets, all lines that it has included; `None` where it stays as
/// it is, because there is no trace, a shared cache may store it, or it names a trace already (rule R11).
#[must_use]
pub fn server_timing(meta: &TraceMeta, status: u16, headers: &dyn Headers) -> Option<Vec<u8>> {
    let sentry_trace = meta.sentry_trace()?;
    if !may_carry(status, headers) {
        return None;
    }
    let mut line = Vec::new();
    let mut is_named = false;
    headers.each(SERVER_TIMING.as_str(), &mut |existing| {
        is_named |= has_sentry_trace_entry(existing);
        if !existing.trim_ascii().is_empty() {
            line.extend_from_slice(existing);
            line.extend_from_slice(b", ");
        }
    });
    line.extend(
        entries(None, &sentry_trace, meta.baggage())
            .to_string()
            .into_bytes(),
    );
    (!is_named).then_some(line)
}

/// Appends the current trace to the `Server-Timing` header of a response, where it may carry one (rule R11).
pub fn write_server_timing(status: u16, headers: &mut HeaderMap) {
    let value = server_timing(&TraceMeta::current(), status, headers);
    let value = value.and_then(|line| HeaderValue::from_bytes(&line).ok());
    if let Some(value) = value {
        // A full map refuses the header; that is no reason to refuse the response.
        _ = headers.try_insert(SERVER_TIMING, value);
    }
}
