//! Sentry tracing for plain hyper: a service for servers, and the client of hyper-util.
//!
//! - [`TraceService`] continues the trace of each request and records a transaction until the body has ended; feature
//!   `server`.
//! - [`TraceClient`] records a span for each request and carries the trace on; feature `client`.
//!
#![cfg_attr(all(feature = "server", feature = "client"), doc = "```")]
#![cfg_attr(not(all(feature = "server", feature = "client")), doc = "```ignore")]
//! use std::convert::Infallible;
//!
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Empty, Full};
//! use hyper::body::{Bytes, Incoming};
//! use hyper::service::service_fn;
//! use hyper_util::client::legacy::Client;
//! use hyper_util::rt::{TokioExecutor, TokioIo};
//! use hyper_util::server::conn::auto::Builder;
//! use sentry_trace_hyper::{TraceClient, TraceService};
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, current_span};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
//!
//! let handler = service_fn(async |_: Request<Incoming>| {
//!     let trace_id = current_span().trace_id().unwrap().to_string();
//!     Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(trace_id))))
//! });
//! let service = TraceService::new(handler).tracer(tracer.clone());
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
//! let url = format!("http://{}/stock", listener.local_addr().unwrap());
//! tokio::spawn(async move {
//!     while let Ok((stream, peer)) = listener.accept().await {
//!         let service = service.clone().client_address(peer.ip());
//!         let builder = Builder::new(TokioExecutor::new());
//!         tokio::spawn(builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned());
//!     }
//! });
//!
//! let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
//! let client = TraceClient::new(client).tracer(tracer.clone());
//! let root = tracer.start_new_trace().start_span("checkout").start();
//! let trace_id = root.trace_id().unwrap().to_string();
//! let call = async {
//!     let response = client.get(url.parse().unwrap()).await.unwrap();
//!     response.into_body().collect().await.unwrap().to_bytes()
//! };
//! assert_eq!(call.in_trace_span(root).await, trace_id);
//!
//! let transactions = sink.wait_for(2, std::time::Duration::from_secs(10)).unwrap();
//! let server = transactions.iter().find(|transaction| transaction.root.op == "http.server").unwrap();
//! let caller = transactions.iter().find(|transaction| transaction.root.name == "checkout").unwrap();
//! assert_eq!(server.root.name, "GET /stock");
//! assert_eq!(server.root.parent_span_id, Some(caller.spans[0].span_id));
//! # Ok::<(), sentry_trace_runtime::OptionsError>(()) }).unwrap();
//! ```
//!
//! # Routes
//!
//! hyper knows no routes: a transaction has the name `GET /users/7`. A handler that matches paths by hand names it with
//! [`set_route`]: `set_route(&current_span(), "GET", "/users/{id}")`.
//!
//! # Reverse proxies
//!
//! A request that came in and is sent on has the sender's `sentry-trace`, which passes for one that was made by hand and
//! is left as it is (rule R8): what is called then hangs below the sender, beside the proxy. Take `sentry-trace` off
//! before, `request.headers_mut().remove("sentry-trace")`; of `baggage`, what is not Sentry's is kept all the same.
//!
//! # When a client's span starts
//!
//! When the request is made, which is when the headers are written: below the span that is current then.
//! `client.request(request).in_trace_span(span)` comes too late; an async block around the call is in time, as above.
//!
//! hyper's own `client::conn` takes URIs without a host, which match targets by the text of their path alone (rule R9):
//! give requests to the layer with the whole URI.
//!
//! # Opting out
//!
//! A request of the client's opts out by an extension of the type [`Propagation`]. Where a service around the client
//! follows redirects, it has to keep the extension: tower-http's `FilterCredentials` needs `allow_extension` for that.

#![forbid(unsafe_code)]
#![cfg_attr(
    not(all(feature = "server", feature = "client")),
    allow(rustdoc::broken_intra_doc_links)
)]

#[cfg(feature = "client")]
mod client;
#[cfg(feature = "server")]
mod server;

#[cfg(feature = "client")]
pub use client::TraceClient;
pub use sentry_trace_http::set_route;
pub use sentry_trace_tower::{ClientRequest, ClientUrl, Headers, Propagation, ServerRequest};
#[cfg(feature = "server")]
pub use server::TraceService;
