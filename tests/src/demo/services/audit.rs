//! Audit: gRPC with tonic, the last of the chain.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use sentry_trace::Tracer;
use sentry_trace::grpc::ServerLayer;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tower::{Service, service_fn};

use super::listen;
use super::work::in_span;
use crate::text_codec::Text;

/// The one method of the service.
pub(super) const PATH: &str = "/shop.Audit/Record";

pub(super) fn serve(tracer: &Tracer) -> Result<SocketAddr, String> {
    let (listener, address) = listen::with_tokio()?;
    let server = Server::builder()
        .layer(ServerLayer::new().tracer(tracer.clone()))
        .add_service(Audit)
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)));
    tokio::spawn(server);
    Ok(address)
}

/// What generated code would be.
#[derive(Clone)]
struct Audit;

impl NamedService for Audit {
    const NAME: &'static str = "shop.Audit";
}

impl Service<http::Request<Body>> for Audit {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<http::Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            if request.uri().path() != PATH {
                return Ok(Status::unimplemented("no such method").into_http());
            }
            Ok(Grpc::new(Text).unary(service_fn(record), request).await)
        })
    }
}

async fn record(request: Request<String>) -> Result<Response<String>, Status> {
    let record = request.into_inner();
    Ok(Response::new(
        in_span("INSERT INTO audit", "db.sql.query", 2, record).await,
    ))
}
