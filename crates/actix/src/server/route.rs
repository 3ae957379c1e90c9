//! The route of a request: the one that is expected, and the one that served it.

use actix_web::HttpRequest;
use sentry_trace_http::{ServerSpan, set_route};
use sentry_trace_runtime::transaction::TransactionSource;

/// The first pattern that the path matches, `/users/{id}` for example, of a request that has not been routed. Guards
/// may still send the request elsewhere.
pub(super) fn expected(request: &HttpRequest) -> Option<String> {
    request
        .match_pattern()
        .filter(|pattern| !pattern.is_empty())
}

/// Names the transaction by the route that served the request, where that is not the expected one.
///
/// A name that somebody gave it meanwhile stays.
pub(super) fn correct(span: &ServerSpan, request: &HttpRequest, expected: Option<&str>) {
    let handle = span.handle();
    let Some(source) = handle.transaction_source() else {
        return;
    };
    let served = served(request);
    if served.as_deref() == expected {
        return;
    }
    let method = request.method().as_str();
    if source == TransactionSource::Route {
        let name = [method, " ", request.path()].concat();
        handle.set_transaction_name(name, TransactionSource::Url);
    }
    match served {
        Some(route) => set_route(handle, method, &route),
        None => handle.set_data_with(|data| _ = data.remove("http.route")),
    }
}

/// The pattern of the resource that served the request.
///
/// Where none took it, actix-web tells the pattern that the path alone matches, of a resource whose guards refused the
/// request for example. The part of the path that routing has consumed tells them apart.
fn served(request: &HttpRequest) -> Option<String> {
    let pattern = expected(request)?;
    let path = request.match_info();
    let rest = path.unprocessed();
    let consumed = path.as_str().strip_suffix(rest).unwrap_or_default();
    let is_prefix = || request.resource_map().match_pattern(consumed).as_ref() == Some(&pattern);
    (rest.is_empty() || is_prefix()).then_some(pattern)
}
