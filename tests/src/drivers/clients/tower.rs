//! A tower service as client: the layer around the client of hyper-util.

use sentry_trace_runtime::Tracer;
use sentry_trace_tower::ClientLayer;
use tower::Layer;

use super::http1;
use crate::e2e::client::Answer;
use crate::e2e::{Client, OutRequest};

/// A stack with the layer inside of the one that follows redirects.
pub(in crate::drivers) struct Tower;

impl Client for Tower {
    fn name(&self) -> &'static str {
        "tower"
    }

    fn send(&self, tracer: &Tracer, request: OutRequest) -> Answer {
        let layer = ClientLayer::new().tracer(tracer.clone());
        Box::pin(http1::send(layer.layer(http1::client()), request))
    }
}
