//! reqwest, asynchronous.

use reqwest::Method;
use sentry_trace_reqwest::{ClientBuilderExt, TraceMiddleware};
use sentry_trace_runtime::Tracer;

use crate::e2e::client::Answer;
use crate::e2e::{Client, OutRequest, OutResponse};

/// A client that was built traced.
pub(in crate::drivers) struct Reqwest;

impl Client for Reqwest {
    fn name(&self) -> &'static str {
        "reqwest"
    }

    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer {
        let middleware = TraceMiddleware::new().tracer(tracer.clone());
        Box::pin(async move {
            let client = reqwest::Client::builder()
                .build_traced_with(middleware)
                .map_err(|error| error.to_string())?;
            let method =
                Method::from_bytes(request.method.as_bytes()).map_err(|error| error.to_string())?;
            let mut builder = client
                .request(method, &request.url)
                .with_extension(request.propagation);
            for (name, value) in &request.headers {
                builder = builder.header(name, value);
            }
            if let Some(body) = request.body {
                builder = builder.body(body);
            }
            let response = builder.send().await.map_err(|error| error.to_string())?;
            let status = response.status().as_u16();
            let body = response.text().await.map_err(|error| error.to_string())?;
            Ok(OutResponse { status, body })
        })
    }
}
