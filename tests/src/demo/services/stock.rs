//! Stock: plain hyper, which calls audit by gRPC through the client of hyper-util.

use std::convert::Infallible;
use std::net::SocketAddr;

use http::uri::{PathAndQuery, Uri};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use sentry_trace::hyper::{TraceClient, TraceService, set_route};
use sentry_trace::{Tracer, current_span};
use tonic::body::Body;
use tonic::client::Grpc;

use super::work::in_span;
use super::{audit, listen};
use crate::text_codec::Text;

type AuditClient = Grpc<TraceClient<HttpConnector, Body>>;

pub(super) fn serve(tracer: &Tracer, audit_url: &str) -> Result<SocketAddr, String> {
    let origin: Uri = audit_url
        .parse()
        .map_err(|_| format!("{audit_url} is no URI"))?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build(connector);
    let audit_client = Grpc::with_origin(TraceClient::new(client).tracer(tracer.clone()), origin);
    let service = TraceService::new(service_fn(move |request| {
        reserve(request, audit_client.clone())
    }));
    let service = service.tracer(tracer.clone());
    let (listener, address) = listen::with_tokio()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let builder = Builder::new(TokioExecutor::new());
            let connection = builder.serve_connection(TokioIo::new(stream), service.clone());
            tokio::spawn(connection.into_owned());
        }
    });
    Ok(address)
}

/// Takes an article out of the stock and has it noted.
async fn reserve(
    request: Request<Incoming>,
    mut client: AuditClient,
) -> Result<Response<String>, Infallible> {
    let Some(sku) = request.uri().path().strip_prefix("/stock/") else {
        return Ok(status(StatusCode::NOT_FOUND));
    };
    set_route(&current_span(), request.method().as_str(), "/stock/{sku}");
    let left = in_span("UPDATE stock", "db.sql.query", 5, 41).await;
    let record = format!("{sku}: {left} left");
    if client.ready().await.is_err() {
        return Ok(status(StatusCode::SERVICE_UNAVAILABLE));
    }
    let path = PathAndQuery::from_static(audit::PATH);
    match client.unary(tonic::Request::new(record), path, Text).await {
        Ok(noted) => Ok(Response::new(noted.into_inner())),
        Err(_) => Ok(status(StatusCode::BAD_GATEWAY)),
    }
}

fn status(code: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = code;
    response
}
