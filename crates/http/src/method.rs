//! Request methods as texts that need no allocation.

use sentry_trace_runtime::Text;

/// The method as a static text where it is one of the registered ones (RFC 9110, section 9; RFC 5789).
#[must_use]
pub fn static_method(method: &str) -> Text {
    Text::from_static(match method {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "CONNECT" => "CONNECT",
        "TRACE" => "TRACE",
        other => return Text::copied(other),
    })
}
