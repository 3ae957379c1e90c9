//! Sentry tracing for tower: a layer for servers and one for clients.
//!
//! - [`ServerLayer`] continues the trace of each request and records a transaction until the body has ended.
//! - [`ClientLayer`] records a span for each request and carries the trace on.
//!
//! ```
//! use http::{Request, Response};
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer, current_span};
//! use sentry_trace_tower::ServerLayer;
//! use tower::{Layer, ServiceExt};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
//!
//! let handler = tower::service_fn(|_: Request<()>| async {
//!     let header = current_span().sentry_trace().unwrap().to_string();
//!     Ok::<_, std::convert::Infallible>(Response::new(header))
//! });
//! let service = ServerLayer::new().tracer(tracer).layer(handler);
//!
//! let incoming = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
//! let request = Request::get("/orders").header("sentry-trace", incoming).body(()).unwrap();
//! let response = service.oneshot(request).await.unwrap();
//! assert!(http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes().starts_with(&incoming.as_bytes()[..32]));
//!
//! let transaction = sink.take().remove(0);
//! assert_eq!(transaction.root.name, "GET /orders");
//! assert_eq!(transaction.root.parent_span_id.unwrap().to_string(), "1234567890abcdef");
//! # Ok::<(), sentry_trace_runtime::OptionsError>(()) }).unwrap();
//! ```

#![forbid(unsafe_code)]

pub mod client;
pub mod server;

pub use client::ClientLayer;
pub use sentry_trace_http::{ClientRequest, Propagation, ServerRequest};
pub use server::ServerLayer;
