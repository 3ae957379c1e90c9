//! Sentry tracing for actix-web servers and for awc clients, each behind a feature.
//!
//! - `server`: [`TraceMiddleware`] continues the trace of each request and records a transaction, named by the route
//!   that served it, until the body has ended.
//! - `awc`: [`ClientMiddleware`] records a span for each request and each hop of a redirect, and writes the headers
//!   that carry the trace on.
//!
#![cfg_attr(all(feature = "server", feature = "awc"), doc = "```")]
#![cfg_attr(not(all(feature = "server", feature = "awc")), doc = "```ignore")]
//! use actix_web::{App, HttpRequest, HttpServer, web};
//! use sentry_trace_actix::{ClientMiddleware, TraceMiddleware};
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, TraceFutureExt, Tracer};
//!
//! # actix_web::rt::System::new().block_on(async {
//! let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone())).unwrap();
//!
//! let server_tracer = tracer.clone();
//! let server = HttpServer::new(move || {
//!     let users = web::scope("/users").route("/{id}", web::get().to(|| async { "a user" }));
//!     // The last middleware is the outermost one: it sees everything.
//!     App::new().service(users).wrap(TraceMiddleware::new().tracer(server_tracer.clone()))
//! });
//! let server = server.workers(1).bind(("127.0.0.1", 0)).unwrap();
//! let address = server.addrs()[0];
//! let server = server.disable_signals().run();
//! let handle = server.handle();
//! actix_web::rt::spawn(server);
//!
//! let client = awc::Client::builder().wrap(ClientMiddleware::new().tracer(tracer.clone())).finish();
//! let work = tracer.start_new_trace().start_span("work").start();
//! let trace_id = work.trace_id().unwrap();
//! let call = async { client.get(format!("http://{address}/users/7")).send().await.unwrap().body().await.unwrap() };
//! assert_eq!(call.in_trace_span(work).await, "a user");
//! handle.stop(true).await;
//!
//! let transactions = sink.take();
//! let served = transactions.iter().find(|transaction| transaction.root.op == "http.server").unwrap();
//! assert_eq!(served.root.name, "GET /users/{id}");
//! assert_eq!(served.trace_id, trace_id);
//! # });
//! ```
//!
//! # When a client's span starts
//!
//! When awc's `send` is called: `client.get(url).send().in_trace_span(span)` comes too late, an async block around the
//! call is in time, as above.
//!
//! # Pages
//!
//! Handlers take [`TraceMeta`] and write it into their templates. [`InjectMeta`] does it without touching any template,
//! [`ServerTiming`] without touching the page. Both are wrapped before [`TraceMiddleware`], so that they stand inside of
//! it; `Compress` comes between.

#![forbid(unsafe_code)]

#[cfg(feature = "awc")]
mod client;
#[cfg(feature = "server")]
mod html;
#[cfg(any(feature = "awc", feature = "server"))]
mod names;
#[cfg(feature = "server")]
mod server;

#[cfg(feature = "awc")]
pub use client::{ClientFuture, ClientMiddleware, ClientRequestExt, ClientService};
#[cfg(feature = "server")]
pub use html::{
    InjectMeta, InjectMetaBody, InjectMetaService, ServerTiming, ServerTimingService, TraceMeta,
};
pub use sentry_trace_http::Propagation;
#[cfg(feature = "server")]
pub use sentry_trace_http::html::{TraceProps, allowed_request_headers};
#[cfg(feature = "awc")]
pub use sentry_trace_http::{ClientRequest, ClientUrl};
#[cfg(feature = "server")]
pub use sentry_trace_http::{Headers, ServerRequest};
#[cfg(feature = "server")]
pub use server::{ServerBody, ServerFuture, TraceMiddleware, TraceService};
