//! Sentry tracing for axum: transactions are named by the route, `GET /users/{id}`.
//!
//! Put [`TraceLayer`] last on the outermost router, so that it sees all routes, nested ones and the fallback too.
//!
//! ```
//! use axum::Router;
//! use axum::routing::get;
//! use http::Request;
//! use sentry_trace_axum::TraceLayer;
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer};
//! use tower::ServiceExt;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
//!
//! let users = Router::new().route("/{id}", get(|| async { "a user" }));
//! let app = Router::new().nest("/users", users).layer(TraceLayer::new().tracer(tracer));
//!
//! let response = app.oneshot(Request::get("/users/7").body(String::new()).unwrap()).await.unwrap();
//! http_body_util::BodyExt::collect(response.into_body()).await.unwrap();
//! assert_eq!(sink.take()[0].root.name, "GET /users/{id}");
//! # Ok::<(), sentry_trace_runtime::OptionsError>(()) }).unwrap();
//! ```
//!
//! # A layer around the whole router
//!
//! A [`TraceLayer`] that wraps a router from outside, in a `ServiceBuilder` for example, runs before the route is
//! known. Add [`RouteLayer`] to the router with `route_layer`, and the transaction still gets its name. `axum::serve`
//! wants a body of axum's own; this needs the features `make` and `util` of tower:
//!
//! ```no_run
//! use axum::{Router, body::Body, response::Response, routing::get};
//! use sentry_trace_axum::{RouteLayer, TraceLayer};
//! use tower::{ServiceBuilder, make::Shared};
//!
//! # async fn serve() -> std::io::Result<()> {
//! let routes = Router::new().route("/users/{id}", get(|| async { "a user" }));
//! let app = ServiceBuilder::new()
//!     .map_response(|response: Response<_>| response.map(Body::new))
//!     .layer(TraceLayer::new())
//!     .service(routes.route_layer(RouteLayer::new()));
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:3000").await?, Shared::new(app)).await
//! # }
//! ```
//!
//! # What is one transaction
//!
//! Put one layer around a request: a second one, on a nested router for example, records a second transaction. What no
//! route of a router is known for, a fallback or what is below `nest_service`, is named by its path. The transaction of
//! a websocket ends when the connection is upgraded; what is said on it goes into transactions of its own, below
//! [`SpanHandle::continuation`](sentry_trace_runtime::SpanHandle::continuation).
//!
//! # Sampling by the request
//!
//! A sampler sees the name, the op and the data of a transaction. What only the request tells, its headers for example,
//! [`TraceLayer::sampled`] decides by:
//!
//! ```
//! # use axum::{Router, routing::get};
//! # use http::Request;
//! # use sentry_trace_axum::TraceLayer;
//! # use sentry_trace_runtime::testing::MemorySink;
//! # use sentry_trace_runtime::{Options, Tracer};
//! # use tower::ServiceExt;
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(0.0).inline_sink(sink.clone()))?;
//! let layer = TraceLayer::new()
//!     .tracer(tracer)
//!     .sampled(|request| request.headers.first("x-debug").map(|_| true));
//! let app = Router::new().route("/", get(|| async { "home" })).layer(layer);
//!
//! let request = Request::get("/").header("x-debug", "1").body(String::new()).unwrap();
//! app.clone().oneshot(request).await.unwrap();
//! assert_eq!(sink.take().len(), 1);
//! app.oneshot(Request::get("/").body(String::new()).unwrap()).await.unwrap();
//! assert_eq!(sink.take().len(), 0);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(()) }).unwrap();
//! ```
//!
//! # Pages
//!
//! Handlers take [`TraceMeta`] and write it into their templates. [`InjectMetaLayer`] does it without touching any
//! template, [`ServerTimingLayer`] without touching the page. Both are added before [`TraceLayer`], so that they stand
//! inside of it; a compressing layer comes between.

#![forbid(unsafe_code)]

mod extract;
mod layer;
mod route;

pub use extract::TraceMeta;
pub use layer::TraceLayer;
pub use route::{MatchedRoute, RouteLayer, RouteService};
pub use sentry_trace_tower::html::{
    ALLOWED_REQUEST_HEADERS, ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT, InjectMetaLayer,
    ServerTimingLayer, TraceProps,
};
pub use sentry_trace_tower::{Headers, ServerRequest};
