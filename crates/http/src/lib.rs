//! What every HTTP adapter does alike, once: reading and writing headers, naming spans, their data, redaction.
//!
//! The functions work on texts and on the [`Headers`] trait, so that frameworks with other header types use them as
//! well; the glue for `http` 1 is here.
//!
//! ```
//! use http::{HeaderMap, Request};
//! use sentry_trace_http::{ServerConfig, ServerRequest, incoming};
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
//! let config = ServerConfig::new("auto.http.example").tracer(tracer);
//!
//! let request = Request::get("/users/7?verbose").body(()).unwrap();
//! let span = config.start(&ServerRequest::from_http(&request), incoming(request.headers()));
//! span.set_route("/users/{id}");
//! span.respond(200, &HeaderMap::new());
//! span.finish();
//!
//! let transaction = sink.take().remove(0);
//! assert_eq!(transaction.root.name, "GET /users/{id}");
//! assert_eq!(transaction.root.data.get("url.path").unwrap().as_str(), Some("/users/7"));
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

#![forbid(unsafe_code)]

mod client_config;
mod client_request;
mod client_span;
mod headers;
mod hooks;
pub mod html;
mod method;
mod outgoing;
mod panics;
mod redact;
mod server_config;
mod server_hooks;
mod server_request;
mod server_span;
mod version;

pub use client_config::{ClientConfig, Propagation};
pub use client_request::{ClientRequest, ClientUrl};
pub use client_span::ClientSpan;
pub use headers::{Headers, incoming};
pub use html::{TraceMeta, TraceProps};
pub use method::static_method;
pub use outgoing::{BAGGAGE, SENTRY_TRACE, TRACEPARENT, write_headers};
#[doc(hidden)]
pub use outgoing::{replace_baggage, take_off_members};
pub use panics::fail_on_panic;
pub use redact::is_sensitive;
pub use server_config::ServerConfig;
pub use server_request::{DescribeRequest, FindRoute, ServerRequest};
pub use server_span::{ServerSpan, set_route};
