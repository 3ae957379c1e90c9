//! What a client knows of a request.

use sentry_trace_runtime::Text;
use sentry_trace_runtime::core::default_port;
use sentry_trace_runtime::transaction::Data;

use crate::method::static_method;
use crate::redact::filter_query;
use crate::server_request::split_port;

/// The URL of an outgoing request in parts, without userinfo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientUrl<'a> {
    /// `http` or `https`; for WebSockets also `ws` or `wss`.
    pub scheme: &'a str,
    /// The host, an IPv6 address in brackets.
    pub host: &'a str,
    /// The port, where it is written.
    pub port: Option<u16>,
    /// The path with its leading slash, or `*`.
    pub path: &'a str,
    /// The query without `?`.
    pub query: Option<&'a str>,
}

/// An outgoing request as the hooks and the span see it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientRequest<'a> {
    /// The method, `GET` for example.
    pub method: &'a str,
    /// The URL, where it is absolute.
    pub url: Option<ClientUrl<'a>>,
    /// Path and query of a URL that is not absolute. It matches targets by its text only; where this is unknown too,
    /// no headers are written (rule R9).
    pub relative: Option<&'a str>,
    /// How many attempts at this request there were before this one; 0 where the adapter cannot know, as those of awc,
    /// hyper and tower.
    pub resend_count: u32,
}

impl<'a> ClientUrl<'a> {
    /// The parts of a URI of the `http` crate; `None` when it is not absolute.
    #[must_use]
    pub fn from_http(uri: &'a http::Uri) -> Option<Self> {
        let (host, port) = split_port(uri.authority()?.as_str());
        Some(Self {
            scheme: uri.scheme_str()?,
            host,
            port: port.or(uri.port_u16()),
            path: uri.path(),
            query: uri.query(),
        })
    }

    /// The URL as text, without userinfo and fragment: what the propagation targets see (rule R9).
    #[must_use]
    pub fn to_text(&self) -> String {
        self.shown([""; 2], self.query).into()
    }

    /// `https://host:8080/path` behind two texts, and with this query.
    fn shown(&self, before: [&str; 2], query: Option<&str>) -> Text {
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let [first, second] = before;
        let mark = query.map_or("", |_| "?");
        let query = query.unwrap_or_default();
        // The URL of `OPTIONS *` ends with the host (RFC 9110, section 7.1).
        let path = if self.path == "*" { "" } else { self.path };
        Text::concat([
            first,
            second,
            self.scheme,
            "://",
            self.host,
            &port,
            path,
            mark,
            query,
        ])
    }

    fn effective_port(&self) -> Option<u16> {
        self.port.or_else(|| default_port(self.scheme))
    }
}

impl<'a> ClientRequest<'a> {
    /// A first attempt.
    #[must_use]
    pub const fn new(method: &'a str, url: Option<ClientUrl<'a>>) -> Self {
        Self {
            method,
            url,
            relative: None,
            resend_count: 0,
        }
    }

    /// A first attempt at a request of the `http` crate.
    #[must_use]
    pub fn from_http<B>(request: &'a http::Request<B>) -> Self {
        let uri = request.uri();
        let path = uri.path_and_query().map(http::uri::PathAndQuery::as_str);
        let url = ClientUrl::from_http(uri);
        Self {
            relative: path.filter(|_| url.is_none()),
            ..Self::new(request.method().as_str(), url)
        }
    }

    /// A further attempt at a request that was sent before.
    #[must_use]
    pub const fn resend(mut self, count: u32) -> Self {
        self.resend_count = count;
        self
    }

    /// `GET https://host/path` (rule R10).
    pub(crate) fn name(&self) -> Text {
        match (&self.url, self.relative) {
            (Some(url), _) => url.shown([self.method, " "], None),
            (None, Some(text)) => {
                let path = text.split_once('?').map_or(text, |(path, _)| path);
                Text::concat([self.method, " ", path])
            }
            (None, None) => Text::copied(self.method),
        }
    }

    /// The data of rule R10.
    pub(crate) fn data(&self, send_default_pii: bool) -> Data {
        let mut data = Data::with_capacity(6);
        data.add("http.request.method", static_method(self.method));
        if let Some(url) = &self.url {
            let query = url.query.filter(|_| send_default_pii).map(filter_query);
            data.add("url.full", url.shown([""; 2], query.as_deref()));
            data.add("server.address", Text::copied(url.host));
            if let Some(port) = url.effective_port() {
                data.add("server.port", port);
            }
        }
        if self.resend_count > 0 {
            data.add("http.request.resend_count", self.resend_count);
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use sentry_trace_runtime::Value;

    use super::*;

    #[test]
    fn a_url_is_shown_with_its_query_where_it_has_one() {
        for text in [
            "https://example.com/path",
            "https://example.com:8443/path?x=1",
            "http://[::1]:80/?",
        ] {
            let uri: http::Uri = text.parse().expect("a URI");
            let url = ClientUrl::from_http(&uri).expect("it is absolute");
            assert_eq!(url.to_text(), text);
            let request = ClientRequest::new("GET", Some(url));
            let full = |send_default_pii| {
                let data = request.data(send_default_pii);
                data.get("url.full")
                    .and_then(|full| full.as_str())
                    .map(str::to_owned)
            };
            assert_eq!(full(true).as_deref(), Some(text));
            assert_eq!(full(false).as_deref(), text.split('?').next());
        }
    }

    #[test]
    fn a_query_is_recorded_without_its_credentials_and_sent_with_them() {
        let uri: http::Uri = "https://a.test/?x=1&access_token=t".parse().expect("a URI");
        let url = ClientUrl::from_http(&uri).expect("it is absolute");
        let data = ClientRequest::new("GET", Some(url)).data(true);
        let full = data.get("url.full").and_then(Value::as_str);
        assert_eq!(full, Some("https://a.test/?x=1&access_token=[Filtered]"));
        assert_eq!(url.to_text(), "https://a.test/?x=1&access_token=t");
    }

    #[test]
    fn a_url_without_a_port_has_the_one_of_its_scheme() {
        for (text, port) in [
            ("http://a.test/", Some(80)),
            ("https://a.test/", Some(443)),
            ("ws://a.test/", Some(80)),
            ("wss://a.test/", Some(443)),
            ("other://a.test/", None),
            ("ws://a.test:8080/", Some(8080)),
        ] {
            let uri: http::Uri = text.parse().expect("a URI");
            let request = ClientRequest::new("GET", ClientUrl::from_http(&uri));
            let data = request.data(false);
            let found = data.get("server.port").and_then(Value::as_integer);
            assert_eq!(found, port, "{text}");
        }
    }

    #[test]
    fn a_relative_url_is_no_url_but_known() {
        let request = http::Request::post("/package.Service/Method?x=1")
            .body(())
            .expect("a request");
        let seen = ClientRequest::from_http(&request);
        assert_eq!(seen.url, None);
        assert_eq!(seen.relative, Some("/package.Service/Method?x=1"));
        assert_eq!(seen.name(), "POST /package.Service/Method");

        let request = http::Request::get("https://user@example.com/path?x=1")
            .body(())
            .expect("a request");
        let seen = ClientRequest::from_http(&request);
        assert_eq!(seen.relative, None);
        assert_eq!(seen.name(), "GET https://example.com/path");
    }
}
