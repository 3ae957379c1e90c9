//! What a server knows of a request.

use std::net::IpAddr;

use sentry_trace_runtime::transaction::Data;
use sentry_trace_runtime::{Text, Value};

use crate::headers::Headers;
use crate::method::static_method;
use crate::redact::filter_query;
use crate::version;

/// A request as the filter, the hooks and the span see it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ServerRequest<'a> {
    /// The method, `GET` for example.
    pub method: &'a str,
    /// The path, percent-encoded as it was received, without the query.
    pub path: &'a str,
    /// The query without `?`; recorded only with `send_default_pii`, and then without the values of keys that stand for
    /// credentials.
    pub query: Option<&'a str>,
    /// `http` or `https`, where it is known.
    pub scheme: Option<&'a str>,
    /// Host and port, where they are known from elsewhere than the headers.
    authority: Option<&'a str>,
    /// The protocol's version, `1.1` for example.
    pub version: Option<&'static str>,
    /// The address of the client; recorded only with `send_default_pii`.
    pub client_address: Option<IpAddr>,
    route: Route<'a>,
    /// The headers.
    pub headers: &'a dyn Headers,
}

/// A request that is described when somebody asks, and at most once: for most requests that are not sampled nobody does.
pub trait DescribeRequest {
    /// The method, `GET` for example.
    fn method(&self) -> &str;

    /// All that is known.
    fn describe(&self) -> ServerRequest<'_>;
}

impl DescribeRequest for ServerRequest<'_> {
    fn method(&self) -> &str {
        self.method
    }

    fn describe(&self) -> ServerRequest<'_> {
        *self
    }
}

/// How the route is known.
#[derive(Clone, Copy)]
enum Route<'a> {
    Known(Option<&'a str>),
    Found(&'a dyn FindRoute),
}

/// Finds the route of a request, where that takes some work; asked when somebody wants to know, and each time anew.
pub trait FindRoute {
    /// The route with its placeholders.
    fn find(&self) -> Option<&str>;
}

impl std::fmt::Debug for ServerRequest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerRequest({} {})", self.method, self.path)
    }
}

impl<'a> ServerRequest<'a> {
    /// A request of which no more is known.
    #[must_use]
    pub const fn new(method: &'a str, path: &'a str, headers: &'a dyn Headers) -> Self {
        Self {
            method,
            path,
            query: None,
            scheme: None,
            authority: None,
            version: None,
            client_address: None,
            route: Route::Known(None),
            headers,
        }
    }

    /// A request of the `http` crate.
    #[must_use]
    pub fn from_http<B>(request: &'a http::Request<B>) -> Self {
        Self::from_http_at(request.uri(), request)
    }

    /// A request of the `http` crate that was received with this URI, which somebody has changed since.
    #[must_use]
    pub fn from_http_at<B>(uri: &'a http::Uri, request: &'a http::Request<B>) -> Self {
        Self::new(request.method().as_str(), uri.path(), request.headers())
            .with_url(
                uri.scheme_str(),
                uri.authority().map(http::uri::Authority::as_str),
                uri.query(),
            )
            .with_version(version::text(request.version()))
    }

    /// With the URL's parts that are known.
    #[must_use]
    pub const fn with_url(
        mut self,
        scheme: Option<&'a str>,
        authority: Option<&'a str>,
        query: Option<&'a str>,
    ) -> Self {
        self.scheme = scheme;
        self.authority = authority;
        self.query = query;
        self
    }

    /// With the protocol's version, `1.1` for example.
    #[must_use]
    pub const fn with_version(mut self, version: Option<&'static str>) -> Self {
        self.version = version;
        self
    }

    /// With the route that is known already.
    #[must_use]
    pub const fn with_route(mut self, route: Option<&'a str>) -> Self {
        self.route = Route::Known(route);
        self
    }

    /// With a route that is found when somebody asks.
    #[must_use]
    pub const fn with_route_from(mut self, routes: &'a dyn FindRoute) -> Self {
        self.route = Route::Found(routes);
        self
    }

    /// With the address of the client.
    #[must_use]
    pub const fn with_client_address(mut self, address: Option<IpAddr>) -> Self {
        self.client_address = address;
        self
    }

    /// The route with its placeholders, where it is known already.
    #[must_use]
    pub fn route(&self) -> Option<&'a str> {
        match self.route {
            Route::Known(route) => route,
            Route::Found(routes) => routes.find(),
        }
    }

    /// Host and port as the client wrote them.
    #[must_use]
    pub fn authority(&self) -> Option<&'a str> {
        let host = || std::str::from_utf8(self.headers.host()?).ok();
        self.authority.or_else(host)
    }

    /// `GET /users/{id}` when the route is known, otherwise `GET /users/7` (rule R10).
    pub(crate) fn name(&self, route: Option<&str>) -> Text {
        let path = route.unwrap_or(self.path);
        joined(self.method, path)
    }

    /// The data of rule R10.
    pub(crate) fn data(&self, send_default_pii: bool) -> Data {
        let mut data = Data::with_capacity(12);
        data.add("http.request.method", static_method(self.method));
        if let Some(route) = self.route() {
            data.add("http.route", Text::copied(route));
        }
        data.add("url.path", Text::copied(self.path));
        if let Some(scheme) = self.scheme {
            data.add("url.scheme", static_scheme(scheme));
        }
        if let Some((host, port)) = self.authority().map(split_port) {
            data.add("server.address", Text::copied(host));
            if let Some(port) = port {
                data.add("server.port", port);
            }
        }
        if let Some(version) = self.version {
            data.add("network.protocol.version", version);
        }
        if let Some(agent) = self.headers.user_agent() {
            data.add("user_agent.original", text(agent));
        }
        if send_default_pii {
            if let Some(query) = self.query {
                data.add("url.query", filter_query(query));
            }
            if let Some(address) = self.client_address {
                data.add("client.address", address.to_string());
            }
        }
        data
    }
}

/// `GET /users/{id}`; the method alone where there is no path, as for `CONNECT`.
pub(crate) fn joined(method: &str, path: &str) -> Text {
    if path.is_empty() {
        return Text::copied(method);
    }
    Text::concat([method, " ", path])
}

fn static_scheme(scheme: &str) -> Value {
    match scheme {
        "http" => "http".into(),
        "https" => "https".into(),
        other => Text::copied(other).into(),
    }
}

/// A header value as text; bytes beyond UTF-8 are replaced.
pub(crate) fn text(value: &[u8]) -> Text {
    match std::str::from_utf8(value) {
        Ok(text) => Text::copied(text),
        Err(_) => String::from_utf8_lossy(value).into_owned().into(),
    }
}

/// Parts an authority without userinfo; the port of `[::1]:80` is `80`.
pub(crate) fn split_port(authority: &str) -> (&str, Option<u16>) {
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    match host.rsplit_once(':') {
        // The last colon of an address may stand within its brackets.
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()),
        _ => (host, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{joined, split_port};

    #[test]
    fn a_request_without_a_path_is_named_by_its_method() {
        assert_eq!(joined("CONNECT", ""), "CONNECT");
        assert_eq!(joined("GET", "/users/{id}"), "GET /users/{id}");
    }

    #[test]
    fn ports_are_told_from_addresses() {
        assert_eq!(split_port("example.com"), ("example.com", None));
        assert_eq!(split_port("example.com:8080"), ("example.com", Some(8080)));
        assert_eq!(split_port("[::1]"), ("[::1]", None));
        assert_eq!(split_port("[::1]:80"), ("[::1]", Some(80)));
        assert_eq!(
            split_port("user:pw@example.com:1"),
            ("example.com", Some(1))
        );
        assert_eq!(split_port("example.com:x"), ("example.com", None));
    }
}
