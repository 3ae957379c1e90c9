//! The request of an event: what Sentry's inbound filters for localhost, crawlers and old browsers read, which look into no
//! span's data (rule R13; Sentry, "Request Interface").

use sentry_trace_runtime::Value;
use sentry_trace_runtime::core::default_port;
use sentry_trace_runtime::transaction::{Data, SpanRecord};

use crate::json::Object;

/// Writes the member `request` out of the data of a root that serves one. Nothing goes out that is not in the data as well.
pub(crate) fn write(event: &mut Object<'_>, root: &SpanRecord) {
    let Some(data) = served(root) else { return };
    let url = url(data);
    let members = [
        ("method", text(data, "http.request.method")),
        ("url", url.as_deref()),
        ("query_string", text(data, "url.query")),
    ];
    let user_agent = text(data, "user_agent.original");
    if user_agent.is_none() && members.iter().all(|(_, value)| value.is_none()) {
        return;
    }
    event.object("request", |request| {
        for (name, value) in members {
            request.text_unless_empty(name, value);
        }
        if let Some(user_agent) = user_agent {
            request.object("headers", |headers| headers.text("User-Agent", user_agent));
        }
    });
}

/// `https://host:8443/path`, where the host is known. A scheme that is not known is taken for `http`, as
/// `sentry-tower` does, since Sentry reads no URL without one.
fn url(data: &Data) -> Option<String> {
    let host = text(data, "server.address")?;
    let scheme = text(data, "url.scheme").unwrap_or("http");
    let port = data
        .get("server.port")
        .and_then(Value::as_integer)
        .filter(|port| default_port(scheme).map(i64::from) != Some(*port))
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    // `OPTIONS *` and `CONNECT` have none.
    let path = text(data, "url.path").filter(|path| path.starts_with('/'));
    let path = path.unwrap_or_default();
    Some(format!("{scheme}://{host}{port}{path}"))
}

/// What is known of the request that a root serves.
pub(crate) fn served(root: &SpanRecord) -> Option<&Data> {
    (root.op == "http.server").then_some(&root.data)
}

/// A text; an empty one says nothing.
pub(crate) fn text<'d>(data: &'d Data, key: &str) -> Option<&'d str> {
    let text = data.get(key).and_then(Value::as_str);
    text.filter(|text| !text.is_empty())
}
