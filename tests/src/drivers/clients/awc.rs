//! awc.

use std::time::Duration;

use actix_web::rt::System;
use awc::http::Method;
use sentry_trace_actix::{ClientMiddleware, ClientRequestExt};
use sentry_trace_runtime::{Tracer, carry_trace};
use tokio::sync::oneshot;

use crate::e2e::client::Answer;
use crate::e2e::{Client, OutRequest, OutResponse};

/// awc stays on one thread; each call has a thread of its own, with the span of the caller.
pub(in crate::drivers) struct Awc;

impl Client for Awc {
    fn name(&self) -> &'static str {
        "awc"
    }

    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer {
        let middleware = ClientMiddleware::new().tracer(tracer.clone());
        let (mut answer, answered) = oneshot::channel();
        let call = move || {
            let result = System::new().block_on(async {
                tokio::select! {
                    result = call(middleware, request) => Some(result),
                    () = answer.closed() => None,
                }
            });
            // Whoever has gone away meanwhile wants no answer.
            result.map(|result| answer.send(result))
        };
        Box::pin(async {
            std::thread::spawn(carry_trace(call));
            answered.await.map_err(|error| error.to_string())?
        })
    }
}

async fn call(middleware: ClientMiddleware, request: OutRequest) -> Result<OutResponse, String> {
    let client = awc::Client::builder()
        .timeout(Duration::from_secs(20))
        .wrap(middleware)
        .finish();
    let method =
        Method::from_bytes(request.method.as_bytes()).map_err(|error| error.to_string())?;
    let mut builder = client
        .request(method, request.url)
        .propagation(request.propagation);
    for header in request.headers {
        builder = builder.append_header(header);
    }
    let sent = match request.body {
        Some(body) => builder.send_body(body),
        None => builder.send(),
    };
    let mut response = sent.await.map_err(|error| error.to_string())?;
    let body = response.body().await.map_err(|error| error.to_string())?;
    Ok(OutResponse {
        status: response.status().as_u16(),
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
