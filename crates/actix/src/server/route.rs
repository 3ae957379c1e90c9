//! The route of a request: the one that is expected, and the one that served it.

use std::cell::OnceCell;

use actix_web::HttpRequest;
use actix_web::http::Method;
use sentry_trace_http::{FindRoute, ServerSpan};
use sentry_trace_runtime::transaction::TransactionSource;

/// The first pattern that the path of a request matches, `/users/{id}` for example. Guards may still send it elsewhere.
///
/// All patterns are tried, one after the other, but only where somebody asks.
pub(super) struct ExpectedRoute<'a> {
    request: &'a HttpRequest,
    found: OnceCell<Option<String>>,
}

impl<'a> ExpectedRoute<'a> {
    pub(super) const fn of(request: &'a HttpRequest) -> Self {
        Self {
            request,
            found: OnceCell::new(),
        }
    }
}

impl FindRoute for ExpectedRoute<'_> {
    fn find(&self) -> Option<&str> {
        let found = self.found.get_or_init(|| expected(self.request));
        found.as_deref()
    }
}

/// What the transaction was named by before the request was routed.
pub(super) struct Expected {
    // Middleware may change that of the request.
    method: Method,
    /// If anybody asked.
    route: Option<String>,
}

impl From<ExpectedRoute<'_>> for Expected {
    fn from(route: ExpectedRoute<'_>) -> Self {
        Self {
            method: route.request.method().clone(),
            route: route.found.into_inner().flatten(),
        }
    }
}

impl Expected {
    fn name(&self, path: &str) -> String {
        [self.method.as_str(), " ", path].concat()
    }

    /// Whether the transaction has the name that we gave it. A handler may have named it by a route too.
    fn is_name_of(&self, span: &ServerSpan) -> bool {
        let Some(route) = &self.route else {
            return false;
        };
        let handle = span.handle();
        handle.transaction_source() == Some(TransactionSource::Route)
            && handle.transaction_name().as_deref() == Some(&*self.name(route))
    }
}

/// Names the transaction by the route that served the request, where that is not the expected one.
///
/// A name that somebody gave it meanwhile stays.
pub(super) fn correct(span: &ServerSpan, request: &HttpRequest, expected: &Expected) {
    let handle = span.handle();
    if !handle.needs_name() {
        return;
    }
    let served = served(request);
    if served == expected.route {
        return;
    }
    if expected.is_name_of(span) {
        let name = expected.name(request.path());
        handle.set_transaction_name(name, TransactionSource::Url);
    }
    if let Some(route) = &served {
        span.set_route(route);
    }
    // Whatever the name is: this route served the request.
    handle.set_data_with(|data| match served {
        Some(route) => data.set("http.route", route),
        None => _ = data.remove("http.route"),
    });
}

/// The pattern of the resource that served the request.
///
/// Where none took it, actix-web tells the pattern that the path alone matches, of a resource whose guards refused the
/// request for example. The part of the path that routing has consumed tells them apart.
fn served(request: &HttpRequest) -> Option<String> {
    let pattern = pattern(request)?;
    let path = request.match_info();
    let rest = path.unprocessed();
    let consumed = path.as_str().strip_suffix(rest).unwrap_or_default();
    let is_prefix = || request.resource_map().match_pattern(consumed).as_ref() == Some(&pattern);
    (rest.is_empty() || is_prefix()).then_some(pattern)
}

/// The pattern of the path as it will be routed, in which escapes are resolved.
fn expected(request: &HttpRequest) -> Option<String> {
    let path = request.match_info().as_str();
    let pattern = request.resource_map().match_pattern(path);
    pattern.filter(|pattern| !pattern.is_empty())
}

fn pattern(request: &HttpRequest) -> Option<String> {
    request
        .match_pattern()
        .filter(|pattern| !pattern.is_empty())
}
