//! Starting the span of a request.

use http::Request;
use sentry_trace_http::{ClientConfig, ClientRequest, Propagation};

use super::future::ClientFuture;
use super::written;
use crate::grpc;

/// Starts the span of a request, writes the headers, and lets `call` send it within the span.
pub(super) fn start<B, Fut>(
    config: &ClientConfig,
    mut request: Request<B>,
    call: impl FnOnce(Request<B>) -> Fut,
) -> ClientFuture<Fut> {
    written::take_off(&mut request, config);
    let propagation = request.extensions().get::<Propagation>().copied();
    let span = config.start(
        &ClientRequest::from_http(&request),
        propagation.unwrap_or_default(),
    );
    written::write(&mut request, &span);
    let grpc = grpc::call(&request);
    let mut scope = span.scope();
    let future = scope.run(|| call(request));
    ClientFuture::new(future, span, scope, grpc)
}
