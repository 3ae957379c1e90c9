//! reqwest, blocking.

use reqwest::Method;
use reqwest::blocking::Client as Plain;
use sentry_trace_reqwest::TraceMiddleware;
use sentry_trace_reqwest::blocking::ClientBuilderExt;
use sentry_trace_runtime::{Tracer, carry_trace};

use crate::e2e::client::Answer;
use crate::e2e::{Client, OutRequest, OutResponse};

/// A client that was built traced, on a thread for blocking work.
pub(in crate::drivers) struct ReqwestBlocking;

impl Client for ReqwestBlocking {
    fn name(&self) -> &'static str {
        "reqwest-blocking"
    }

    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer {
        let middleware = TraceMiddleware::new().tracer(tracer.clone());
        let work =
            carry_trace(move || send(middleware, request).map_err(|error| error.to_string()));
        let task = tokio::task::spawn_blocking(work);
        Box::pin(async { task.await.map_err(|error| error.to_string())? })
    }
}

fn send(
    middleware: TraceMiddleware,
    request: OutRequest,
) -> Result<OutResponse, Box<dyn std::error::Error>> {
    let client = Plain::builder().build_traced_with(middleware)?;
    let method = Method::from_bytes(request.method.as_bytes())?;
    let mut builder = client
        .request(method, &request.url)
        .propagation(request.propagation);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Some(body) = request.body {
        builder = builder.body(body);
    }
    let response = builder.send()?;
    let status = response.status().as_u16();
    let body = response.text()?;
    Ok(OutResponse { status, body })
}
