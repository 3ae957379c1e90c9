//! Sentry tracing for reqwest: a span for each request, and the headers that carry the trace on.
//!
//! [`ClientBuilderExt::build_traced`] builds a client that does all of it. It follows redirects itself, so that each
//! hop is decided by its own URL: reqwest alone would carry our headers along to hosts that must not get them
//! (rule R8).
//!
//! ```
//! use sentry_trace_reqwest::ClientBuilderExt;
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, set_global};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # use axum::{Router, http::HeaderMap, routing::get};
//! # let app = Router::new().route("/", get(async |headers: HeaderMap| {
//! #     headers["sentry-trace"].to_str().unwrap().to_owned()
//! # }));
//! # let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
//! # let url = format!("http://{}/", listener.local_addr().unwrap());
//! # tokio::spawn(async { axum::serve(listener, app).await });
//! let sink = MemorySink::new();
//! let options = Options::new().traces_sample_rate(1.0).inline_sink(sink.clone());
//! set_global(Tracer::new(options.trace_propagation_targets(["http://127.0.0.1"])).unwrap());
//! let client = reqwest::Client::builder().build_traced().unwrap();
//!
//! let root = sentry_trace_runtime::start_span("checkout").start();
//! let trace_id = root.trace_id().unwrap().to_string();
//! let received = async { client.get(&url).send().await.unwrap().text().await.unwrap() };
//! assert!(received.in_trace_span(root).await.starts_with(&trace_id));
//!
//! let span = &sink.take()[0].spans[0];
//! assert_eq!(span.op, "http.client");
//! assert_eq!(span.name, format!("GET {url}"));
//! # });
//! ```
//!
//! # Other ways
//!
//! - [`TraceMiddleware`] in a stack of `reqwest-middleware` that you build yourself, on a client that was built with
//!   `redirect::Policy::none()`. Put it inside of `reqwest-retry`: each attempt is then a span of its own. What stands
//!   inside of it runs on each hop of a redirect: a middleware that adds credentials belongs outside. One inside that
//!   changes the URL looks like a client that follows redirects itself, and further requests get no headers, unless
//!   [`for_client`](TraceMiddleware::for_client) tells.
//!
//!   ```
//!   # fn example() -> reqwest::Result<()> {
//!   use reqwest::redirect::Policy;
//!   use sentry_trace_reqwest::TraceMiddleware;
//!
//!   let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
//!   let trace = TraceMiddleware::new().for_client(&client);
//!   let client = reqwest_middleware::ClientBuilder::new(client).with(trace).build();
//!   # Ok(()) }
//!   ```
//! - [`RequestBuilderExt::send_traced`] on a plain [`reqwest::Client`] that was built with `redirect::Policy::none()`.
//! - With the feature `blocking`, the module `blocking` for [`reqwest::blocking`](https://docs.rs/reqwest).
//!
//! # What a traced client is
//!
//! A [`ClientWithMiddleware`] of `reqwest-middleware`, which is re-exported here. It sends with
//! [`reqwest_middleware::Error`], of which reqwest's own error is one kind. Its methods `json`, `query`, `form` and
//! `multipart` come with features of that crate: add `reqwest-middleware = { version = "0.5", features = ["json"] }`.
//!
//! **A middleware that you add to it runs on each hop of a redirect.** `ClientBuilder::from_client(traced).with(..)` puts
//! it inside of ours, so one that adds credentials gives them to every origin that a redirect leads to; with reqwest
//! alone it would run once. Put it in front of ours, in a stack of your own:
//!
//! ```
//! # fn example(credentials: impl reqwest_middleware::Middleware) -> reqwest::Result<()> {
//! use reqwest::redirect::Policy;
//! use reqwest_middleware::ClientBuilder;
//! use sentry_trace_reqwest::TraceMiddleware;
//!
//! let client = reqwest::Client::builder().redirect(Policy::none()).build()?;
//! let trace = TraceMiddleware::new().for_client(&client);
//! let client = ClientBuilder::new(client).with(credentials).with(trace).build();
//! # Ok(()) }
//! ```
//!
//! Credentials that are the same for all requests need no middleware: `with_init` gives them to each request before it
//! is sent, also with a client of [`build_traced`](ClientBuilderExt::build_traced), and they stay at their origin.
//!
//! # Redirects
//!
//! They are followed by reqwest's rules for methods, bodies and headers, up to ten or
//! [`TraceMiddleware::max_redirects`]; [`build_traced`](ClientBuilderExt::build_traced) takes the limit of the builder's
//! policy over, also where that is none. Some things differ: too many are an error of the kind [`TooManyRedirects`];
//! credentials that were left behind once do not come back; and because reqwest adds default headers to each hop,
//! credentials among them arrive at another origin as blank headers (a blank `cookie` there keeps back those of the
//! client's cookie store too), and a default `content-type` or `content-encoding` is there also when the body was left
//! behind. Give such headers to each request instead, for example by `with_init` of `reqwest-middleware`. And a `referer`
//! of the caller's does not go from https to http, where reqwest lets it.
//!
//! Outside any span, all hops of a request are in one trace.
//!
//! A client with a `Policy::custom` keeps following by itself, and its requests get a span but no headers, since
//! reqwest would carry them to hosts that must not get them.
//!
//! # Opting out
//!
//! Give a request [`Propagation::NotPropagated`] or [`Propagation::NotTraced`] as an extension:
//! `client.get(url).with_extension(Propagation::NotTraced)`. Where requests have no extensions,
//! [`TraceMiddleware::propagation`] says it for all of them.

#![forbid(unsafe_code)]

#[cfg(feature = "blocking")]
pub mod blocking;

mod build;
mod client_facts;
mod credentials;
mod debug_text;
mod default_headers;
mod hop;
mod journey;
mod middleware;
mod plain;
mod redirect;
mod request;
mod settings;

pub use build::ClientBuilderExt;
pub use journey::TooManyRedirects;
pub use middleware::TraceMiddleware;
pub use plain::RequestBuilderExt;
pub use reqwest_middleware::{self, ClientWithMiddleware};
pub use sentry_trace_http::{ClientRequest, ClientUrl, Propagation};
