//! Clients that are tower services of the `http` 1 crate; redirects are followed outside of what is traced.

use std::fmt::Display;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Body;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sentry_trace_http::Propagation;
use tower::{Service, ServiceExt};
use tower_http::follow_redirect::FollowRedirect;
use tower_http::follow_redirect::policy::{FilterCredentials, Limited, PolicyExt, clone_body_fn};

use crate::e2e::{OutRequest, OutResponse};

/// A body that requests have.
pub(super) type RequestBody = Full<Bytes>;

/// The client of hyper-util.
pub(super) fn client() -> Client<HttpConnector, RequestBody> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// Sends a request with `service`, and follows its redirects.
pub(super) async fn send<S, B>(service: S, request: OutRequest) -> Result<OutResponse, String>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error: Display> + Clone,
    B: Body<Error: Display>,
{
    let policy = Limited::default()
        .and::<_, RequestBody, S::Error>(FilterCredentials::new().allow_extension::<Propagation>())
        .and::<_, RequestBody, S::Error>(clone_body_fn(|body: &RequestBody| Some(body.clone())));
    let mut builder = Request::builder()
        .method(request.method.as_str())
        .uri(&request.url)
        .extension(request.propagation);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let body = Full::from(request.body.unwrap_or_default());
    let request = builder.body(body).map_err(|error| error.to_string())?;
    let response = FollowRedirect::with_policy(service, policy)
        .oneshot(request)
        .await
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await;
    let body = body.map_err(|error| error.to_string())?.to_bytes();
    Ok(OutResponse {
        status,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
