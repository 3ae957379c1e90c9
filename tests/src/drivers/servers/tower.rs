//! A tower service on hyper, without a router.

use std::convert::Infallible;
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use sentry_trace_tower::ServerLayer;
use tower::{Layer, service_fn};

use super::http1;
use crate::e2e::{App, Running, Server};

/// A service that routes by hand, so that nobody knows its routes.
pub(in crate::drivers) struct Tower;

impl Server for Tower {
    fn name(&self) -> &'static str {
        "tower"
    }

    fn origin(&self) -> &'static str {
        "auto.http.tower"
    }

    fn start(&self, app: Arc<App>) -> Running {
        let listener = app.listener();
        let layer = ServerLayer::new().tracer(app.tracer.clone());
        let service = layer.layer(service_fn(move |request: Request<Incoming>| {
            let reply = app.clone().handle(http1::request(&request));
            async { Ok::<_, Infallible>(http1::response(reply.await)) }
        }));
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        listener
            .set_nonblocking(true)
            .expect("a listener can be made so");
        let listener = tokio::net::TcpListener::from_std(listener).expect("within a runtime");
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let service = TowerToHyperService::new(service.clone());
                tokio::spawn(async move {
                    let builder = Builder::new(TokioExecutor::new());
                    // A client that goes away, or a body that fails, ends the connection and nothing else.
                    _ = builder
                        .serve_connection_with_upgrades(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Running::new(address, move || task.abort())
    }
}
