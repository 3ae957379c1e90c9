//! ureq.

use http::Request;
use sentry_trace_runtime::{Tracer, carry_trace};
use sentry_trace_ureq::{ConfigBuilderExt, TraceMiddleware};
use ureq::{Agent, AsSendBody, Error};

use crate::e2e::client::Answer;
use crate::e2e::{Client, OutRequest, OutResponse};

/// An agent that was built traced, on a thread for blocking work.
pub(in crate::drivers) struct Ureq;

impl Client for Ureq {
    fn name(&self) -> &'static str {
        "ureq"
    }

    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer {
        let trace = TraceMiddleware::new().tracer(tracer.clone());
        let work = carry_trace(move || {
            let agent = Agent::config_builder().build_traced_with(trace);
            match request.body.clone() {
                Some(body) => send(&agent, &request, body),
                None => send(&agent, &request, ()),
            }
        });
        let task = tokio::task::spawn_blocking(work);
        Box::pin(async { task.await.map_err(|error| error.to_string())? })
    }
}

fn send(agent: &Agent, request: &OutRequest, body: impl AsSendBody) -> Result<OutResponse, String> {
    let mut out = Request::builder()
        .method(&*request.method)
        .uri(&request.url)
        .extension(request.propagation);
    for (name, value) in &request.headers {
        out = out.header(name, value);
    }
    let out = out.body(body).map_err(|error| error.to_string())?;
    match agent.run(out) {
        Ok(mut response) => Ok(OutResponse {
            status: response.status().as_u16(),
            body: response
                .body_mut()
                .read_to_string()
                .map_err(|error| error.to_string())?,
        }),
        Err(Error::StatusCode(status)) => Ok(OutResponse {
            status,
            body: String::new(),
        }),
        Err(error) => Err(error.to_string()),
    }
}
