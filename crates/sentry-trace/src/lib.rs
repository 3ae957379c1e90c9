//! Distributed tracing in Sentry's protocol: switch on one cargo feature for your framework, and each incoming request
//! continues its caller's trace, each outgoing request carries it on, and the transactions of all services join into
//! one trace.
//!
//! ```toml
//! sentry-trace = { version = "0.1", features = ["axum", "reqwest", "dsn"] }
//! ```
#![cfg_attr(all(feature = "axum", feature = "reqwest"), doc = "```")]
#![cfg_attr(not(all(feature = "axum", feature = "reqwest")), doc = "```ignore")]
//! use axum::{Router, routing::get};
//! use sentry_trace::reqwest::ClientBuilderExt;
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let _guard = sentry_trace::init(
//!     sentry_trace::Options::new()
//!         .release("shop@1.0.0")
//!         .traces_sample_rate(0.2)
//!         .trace_propagation_targets([sentry_trace::Target::origin("https://orders.example.com")]),
//! )?;
//! let client = reqwest::Client::builder().build_traced()?;
//!
//! let app: Router = Router::new()
//!     .route("/checkout/{id}", get(async move || {
//!         let answer = client.get("https://orders.example.com/orders").send().await;
//!         if answer.is_ok() { "ordered" } else { "try again" }
//!     }))
//!     .layer(sentry_trace::axum::TraceLayer::new());
//! # let _ = app;
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | module | what it traces |
//! |---|---|---|
//! | `axum` | [`axum`] | requests to axum 0.8 routers, named by their route |
//! | `actix` | [`actix`] | requests to actix-web 4 apps, named by their route |
//! | `hyper` | [`hyper`] | requests to plain hyper 1 servers and of hyper-util's client |
//! | `tower` | [`tower`] | requests to and of any tower service |
//! | `grpc` | [`grpc`] | gRPC calls to and of tower services, tonic's for example |
//! | `reqwest`, `reqwest-blocking` | [`reqwest`] | requests of reqwest 0.13 clients |
//! | `ureq` | [`ureq`] | requests of ureq 3 agents |
//! | `awc` | [`awc`] | requests of awc 3 clients |
//!
//! With `ureq-rustls` or `ureq-native-tls`, ureq agents with certificates of their own keep their connections.
//!
//! | feature | where transactions go |
//! |---|---|
//! | `dsn` | to the host of the DSN |
//! | `sentry` | through the official `sentry` client 0.49, bound before [`init`]; its errors are linked to our spans |
//! | `spotlight` | copies to a local Spotlight sidecar |
//! | `json-lines`, `tree` | to a file or a terminal, as a sink out of [`export`]: instead of Sentry by [`Options::sink`], besides by [`Init::also`] |
//!
//! `html` adds the module `html`: the trace for templates and props, so that pages hand it to browsers. The modules
//! `actix`, `axum` and `tower` have extractors or layers for it. `regex` allows regular expressions among the
//! propagation targets.
//!
//! # Where to find what
//!
//! - Which transactions are recorded: [`Options::traces_sample_rate`] and [`Options::traces_sampler`]; without either none
//!   are.
//! - Which hosts get headers: [`Options::trace_propagation_targets`].
//! - What must not leave the service: [`Options::before_send_transaction`].
//! - What was dropped or ignored, why nothing comes, and why a trace goes no further: [`Options::debug`] or the variable
//!   `SENTRY_DEBUG`, [`Options::on_diagnostic`] and [`Tracer::stats`].
//! - Work that outlives its request, a task or a websocket: [`SpanHandle::continuation`].
//! - A batch whose messages come from many traces: [`Link`].
//! - Work whose times somebody else measured: [`SpanBuilder::started_at`] and [`Span::finish_at`].
//! - The trace in messages, and in child processes: [`carrier`], [`process`].
//! - Threads and `spawn_blocking`, a blocking client within them for example: [`carry_trace`].
//! - Tests without a network: [`testing`].
//!
//! These modules belong to `sentry_trace_runtime`, and their examples say so: whatever they import is here, too.
//!
//! # Spans of your own
//!
//! ```
//! use sentry_trace::{TraceFutureExt, start_span};
//!
//! # async fn work() {}
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! start_span("render page").op("template").run(|span| span.set_data("page", "checkout"));
//! work().in_trace_span(start_span("SELECT orders").op("db").start()).await;
//! // What `spawn` does not inherit is handed over.
//! tokio::spawn(work().in_current_trace()).await.unwrap();
//! # });
//! ```

#![forbid(unsafe_code)]

#[cfg(feature = "axum")]
pub use sentry_trace_axum as axum;
pub use sentry_trace_export as export;
pub use sentry_trace_export::init::{Guard, Init, InitError, init};
#[cfg(feature = "html")]
pub use sentry_trace_http::html;
#[cfg(feature = "hyper")]
pub use sentry_trace_hyper as hyper;
#[cfg(feature = "reqwest")]
pub use sentry_trace_reqwest as reqwest;
pub use sentry_trace_runtime::core::decision::Decision;
pub use sentry_trace_runtime::core::id::{SpanId, TraceId};
pub use sentry_trace_runtime::core::status::SpanStatus;
pub use sentry_trace_runtime::core::targets::Target;
pub use sentry_trace_runtime::{
    Describe, EnteredSpan, Link, Options, OptionsError, Service, Settings, Span, SpanBuilder,
    SpanHandle, StatusCodes, Text, TraceContext, TraceData, TraceFutureExt, Tracer, Transaction,
    Value, carrier, carry_trace, clock, continue_trace, core, current, current_span, diagnostics,
    entropy, instrument, process, sampler, set_global, sink, start_new_trace, start_span, testing,
    trace_data, tracer, transaction,
};
#[cfg(feature = "tower")]
pub use sentry_trace_tower as tower;
#[cfg(feature = "ureq")]
pub use sentry_trace_ureq as ureq;

/// actix-web servers: wrap the app in [`TraceMiddleware`](actix::TraceMiddleware), as the example of
/// [the crate](sentry_trace_actix) does.
#[cfg(feature = "actix")]
pub mod actix {
    pub use sentry_trace_actix::{
        Headers, InjectMeta, InjectMetaBody, InjectMetaService, Propagation, ServerBody,
        ServerFuture, ServerRequest, ServerTiming, ServerTimingService, TraceMeta, TraceMiddleware,
        TraceProps, TraceService, allowed_request_headers,
    };
}

/// awc clients: wrap them in [`ClientMiddleware`](awc::ClientMiddleware), as the example of
/// [the crate](sentry_trace_actix) does.
#[cfg(feature = "awc")]
pub mod awc {
    pub use sentry_trace_actix::{
        ClientFuture, ClientMiddleware, ClientRequest, ClientRequestExt, ClientService, ClientUrl,
        Propagation,
    };
}

/// gRPC: calls are named by their path, and `grpc-status` gives their status. The layers are
/// [those of tower](sentry_trace_tower).
#[cfg(feature = "grpc")]
pub mod grpc {
    pub use sentry_trace_tower::client::{ClientBody, ClientFuture, ClientService};
    pub use sentry_trace_tower::server::{ServerBody, ServerFuture, ServerService};
    pub use sentry_trace_tower::{
        ClientLayer, ClientRequest, ClientUrl, Headers, Propagation, ServerLayer, ServerRequest,
    };
}

#[cfg(all(doctest, feature = "axum", feature = "dsn", feature = "reqwest"))]
#[doc = include_str!("../../../README.md")]
struct Readme;
