//! Starting the span of a request.

use http::{Method, Request};
use sentry_trace_http::{DescribeRequest, ServerConfig, ServerRequest, fail_on_panic, incoming};

use super::facts::RequestFacts;
use super::future::{CallFacts, ServerFuture};
use crate::grpc;

/// Continues the trace of a request, and lets `call` answer it within its span.
pub(super) fn start<F: RequestFacts, B, Fut>(
    config: &ServerConfig,
    facts: &F,
    request: Request<B>,
    call: impl FnOnce(Request<B>) -> Fut,
) -> ServerFuture<Fut> {
    let received = Received {
        facts,
        request: &request,
        is_grpc: grpc::call(&request).is_some(),
    };
    let is_grpc = received.is_grpc;
    let span = config.start(&received, incoming(request.headers()));
    let call_facts = CallFacts {
        has_no_body: request.method() == Method::HEAD,
        is_connect: request.method() == Method::CONNECT,
        is_grpc,
    };
    let mut scope = span.scope();
    let mut span = Some(span);
    let entered = scope.enter();
    let future = fail_on_panic(&mut span, || call(request));
    drop(entered);
    ServerFuture::new(future, span, scope, call_facts)
}

struct Received<'r, F, B> {
    facts: &'r F,
    request: &'r Request<B>,
    is_grpc: bool,
}

impl<F: RequestFacts, B> DescribeRequest for Received<'_, F, B> {
    fn method(&self) -> &str {
        self.request.method().as_str()
    }

    fn describe(&self) -> ServerRequest<'_> {
        let (facts, request) = (self.facts, self.request);
        // A router has a wildcard for the calls of a gRPC service.
        let grpc_route = || grpc::route(request.uri().path());
        let grpc_route = self.is_grpc.then(grpc_route).flatten();
        ServerRequest::from_http_at(facts.uri(request), request)
            .with_route(grpc_route.or_else(|| facts.route(request)))
            .with_client_address(facts.client_address(request))
    }
}
