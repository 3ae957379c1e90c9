//! Which path does what.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ALLOW,
    HeaderName, HeaderValue,
};
use hyper::{HeaderMap, Method, Request, StatusCode};

use crate::api;
use crate::page;
use crate::receive::{self, Route};
use crate::reply::{self, Cut, Reply};
use crate::shared::Shared;

const PRIVATE_NETWORK: HeaderName = HeaderName::from_static("access-control-allow-private-network");

pub(crate) async fn route(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Reply, Cut> {
    let path = request.uri().path();
    let relative = path.strip_prefix('/').unwrap_or(path);
    let segments: Vec<&str> = relative
        .strip_suffix('/')
        .unwrap_or(relative)
        .split('/')
        .collect();
    match segments.as_slice() {
        ["api", project, "envelope"] if !project.is_empty() => {
            let route = Route::Project((*project).to_owned());
            envelope(shared, request, route).await
        }
        ["stream"] => envelope(shared, request, Route::Stream).await,
        ["api", "traces"] => Ok(get(&request, || {
            api::traces(&shared, request.headers(), request.uri().query())
        })),
        ["api", "traces", id] => Ok(get(&request, || api::trace(&shared, id))),
        [name] => Ok(match page::asset(name) {
            Some(asset) => get(&request, || asset.reply()),
            None => not_found(),
        }),
        _ => Ok(not_found()),
    }
}

/// A browser posts from any origin. It may not read what others sent, so only these routes are open.
async fn envelope(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    route: Route,
) -> Result<Reply, Cut> {
    let mut reply = match *request.method() {
        Method::POST => receive::receive(shared, request, route).await?,
        Method::OPTIONS => preflight(request.headers()),
        _ => method_not_allowed("POST, OPTIONS"),
    };
    let headers = reply.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = HeaderValue::from_static("x-sentry-error, x-sentry-rate-limits, retry-after");
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    Ok(reply)
}

fn preflight(asked: &HeaderMap) -> Reply {
    let mut reply = reply::empty(StatusCode::NO_CONTENT);
    let headers = reply.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("POST, OPTIONS"),
    );
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers.insert(PRIVATE_NETWORK, HeaderValue::from_static("true"));
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    reply
}

fn get(request: &Request<Incoming>, reply: impl FnOnce() -> Reply) -> Reply {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        reply()
    } else {
        method_not_allowed("GET, HEAD")
    }
}

fn method_not_allowed(allowed: &'static str) -> Reply {
    let mut reply = reply::refusal(StatusCode::METHOD_NOT_ALLOWED, &format!("only {allowed}"));
    reply
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allowed));
    reply
}

fn not_found() -> Reply {
    reply::refusal(StatusCode::NOT_FOUND, "there is nothing here")
}
