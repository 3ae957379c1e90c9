//! Handing the trace to the browser: meta tags in pages, or a header (rule R11).
//!
//! Both layers stand inside of [`ServerLayer`](crate::ServerLayer), so that the request's span is current. Outside of it they
//! change nothing.
//!
//! ```
//! use http::{Request, Response};
//! use http_body_util::{BodyExt, Full};
//! use sentry_trace_runtime::{Options, Tracer};
//! use sentry_trace_tower::ServerLayer;
//! use sentry_trace_tower::html::InjectMetaLayer;
//! use tower::{ServiceBuilder, ServiceExt};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0))?;
//! let handler = tower::service_fn(|_: Request<()>| async {
//!     let page = Full::new(bytes::Bytes::from("<!doctype html><head><title>Orders</title></head>"));
//!     let response = Response::builder().header("content-type", "text/html").body(page);
//!     Ok::<_, std::convert::Infallible>(response.unwrap())
//! });
//! let service = ServiceBuilder::new()
//!     .layer(ServerLayer::new().tracer(tracer))
//!     .layer(InjectMetaLayer::new())
//!     .service(handler);
//!
//! let incoming = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
//! let request = Request::get("/orders").header("sentry-trace", incoming).body(()).unwrap();
//! let page = service.oneshot(request).await.unwrap().collect().await.unwrap().to_bytes();
//! assert!(page.starts_with(b"<!doctype html><head><meta name=\"sentry-trace\" content=\"771a43a4192642f0b136d5159a501700-"));
//! # Ok::<(), sentry_trace_runtime::OptionsError>(()) }).unwrap();
//! ```

mod body;
mod head;
mod inject;
mod source;
mod timing;

pub use body::InjectMetaBody;
pub use inject::{InjectMetaFuture, InjectMetaLayer, InjectMetaService};
pub use sentry_trace_http::html::{
    ALLOWED_REQUEST_HEADERS, ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT, TraceMeta, TraceProps,
};
pub use timing::{ServerTimingFuture, ServerTimingLayer, ServerTimingService};
