//! The client of hyper-util, wrapped.

use sentry_trace_hyper::TraceClient;
use sentry_trace_runtime::Tracer;

use super::http1;
use crate::e2e::client::Answer;
use crate::e2e::{Client, OutRequest};

/// A client that follows no redirects itself: a service around it does.
pub(in crate::drivers) struct Hyper;

impl Client for Hyper {
    fn name(&self) -> &'static str {
        "hyper"
    }

    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer {
        let client = TraceClient::new(http1::client()).tracer(tracer.clone());
        Box::pin(http1::send(client, request))
    }
}
