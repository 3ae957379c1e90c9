//! Plain hyper, without a router.

use std::convert::Infallible;
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use sentry_trace_hyper::TraceService;

use super::http1;
use crate::e2e::{App, Running, Server};

/// A `service_fn` that routes by hand, so that nobody knows its routes.
pub(in crate::drivers) struct Hyper;

impl Server for Hyper {
    fn name(&self) -> &'static str {
        "hyper"
    }

    fn origin(&self) -> &'static str {
        "auto.http.hyper"
    }

    fn start(&self, app: Arc<App>) -> Running {
        let listener = app.listener();
        let tracer = app.tracer.clone();
        let handler = service_fn(move |request: Request<Incoming>| {
            let reply = app.clone().handle(http1::request(&request));
            async { Ok::<_, Infallible>(http1::response(reply.await)) }
        });
        let service = TraceService::new(handler).tracer(tracer);
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        listener
            .set_nonblocking(true)
            .expect("a listener can be made so");
        let listener = tokio::net::TcpListener::from_std(listener).expect("within a runtime");
        let task = tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                let service = service.clone().client_address(peer.ip());
                let builder = Builder::new(TokioExecutor::new());
                // A client that goes away, or a body that fails, ends the connection and nothing else.
                tokio::spawn(
                    builder
                        .serve_connection_with_upgrades(TokioIo::new(stream), service)
                        .into_owned(),
                );
            }
        });
        Running::new(address, move || task.abort())
    }
}
