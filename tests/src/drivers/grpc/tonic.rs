//! tonic, with its own server and channel.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use sentry_trace_runtime::Tracer;
use sentry_trace_tower::{ClientLayer, ServerLayer};
use tonic::client::Grpc as Client;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};
use tower::Layer;

use super::client;
use super::server::ProbeService;
use crate::e2e::Running;
use crate::e2e::grpc::{Grpc, GrpcApp, GrpcCall, Outcome};

/// Both layers of tower on tonic.
pub(in crate::drivers) struct Tonic;

impl Grpc for Tonic {
    fn start(&self, app: Arc<GrpcApp>) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        listener
            .set_nonblocking(true)
            .expect("a listener can be made so");
        let listener = tokio::net::TcpListener::from_std(listener).expect("within a runtime");
        let mut server = Server::builder();
        if let Some(timeout) = app.timeout {
            server = server.timeout(timeout);
        }
        let server = server
            .layer(ServerLayer::new().tracer(app.tracer.clone()))
            .add_service(ProbeService(app))
            .serve_with_incoming(TcpIncoming::from(listener));
        let task = tokio::spawn(server);
        Running::new(address, move || task.abort())
    }

    fn call(&self, tracer: &Tracer, address: SocketAddr, call: GrpcCall) -> Outcome {
        let origin: http::Uri = format!("http://{address}")
            .parse()
            .expect("an address is an authority");
        let mut endpoint = Endpoint::from(origin.clone());
        if let Some(timeout) = call.timeout {
            endpoint = endpoint.timeout(timeout);
        }
        let layer = ClientLayer::new().tracer(tracer.clone());
        let service = layer.layer(endpoint.connect_lazy());
        let client = if call.knows_origin {
            Client::with_origin(service, origin)
        } else {
            Client::new(service)
        };
        Box::pin(client::call(client, call))
    }
}
