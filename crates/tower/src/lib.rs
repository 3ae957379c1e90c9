//! Sentry tracing for tower: a layer for servers and one for clients.
//!
//! - [`ServerLayer`] continues the trace of each request and records a transaction until the body has ended.
//! - [`ClientLayer`] records a span for each request and carries the trace on.
//! - [`html::InjectMetaLayer`] and [`html::ServerTimingLayer`] hand the trace to browsers.
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
//!
//! # The order of layers on a client
//!
//! Layers that follow redirects or retry stand outside of [`ClientLayer`]: each hop and each attempt is then a span of
//! its own and decided by its own URL, and no header of ours travels to a host that does not match (rule R8). A request
//! does not show how often it was sent before, so a span never has `http.request.resend_count`; and outside any span
//! each hop and each attempt may be in a trace of its own.
//! `tower::buffer` stands inside: its worker, which calls what is below it, has no current span.
//!
//! ```
//! # use http::{Request, Response};
//! # use http_body_util::Empty;
//! use sentry_trace_tower::{ClientLayer, Propagation};
//! use tower::ServiceBuilder;
//! use tower_http::follow_redirect::FollowRedirectLayer;
//! use tower_http::follow_redirect::policy::{FilterCredentials, Limited, PolicyExt};
//!
//! # type Body = Empty<&'static [u8]>;
//! # let client = tower::service_fn(async |_: Request<Body>| Ok::<_, std::convert::Infallible>(Response::new(Body::new())));
//! // A hop to another origin loses all extensions but those that are allowed.
//! let credentials = FilterCredentials::new().allow_extension::<Propagation>();
//! let policy = Limited::default().and::<_, Body, std::convert::Infallible>(credentials);
//! let client = ServiceBuilder::new()
//!     .layer(FollowRedirectLayer::with_policy(policy))
//!     .layer(ClientLayer::new())
//!     .service(client);
//! # let response = tower::ServiceExt::oneshot(client, Request::get("https://example.com/").body(Body::new()).unwrap());
//! # assert!(tokio::runtime::Runtime::new().unwrap().block_on(response).unwrap().status().is_success());
//! ```
//!
//! # Reverse proxies
//!
//! A request that came in and is sent on has the sender's `sentry-trace`, which passes for one that was made by hand and
//! is left as it is (rule R8): what is called then hangs below the sender, beside the proxy. Take `sentry-trace` off
//! before, `request.headers_mut().remove("sentry-trace")`; of `baggage`, what is not Sentry's is kept all the same.
//!
//! # The body of a client's request
//!
//! Whoever sends a body polls it: with hyper's client and tonic's `Channel` that is the task of the connection, which has
//! no current span. What is started there is a transaction of its own. Take the span before, and give it to each item:
//!
//! ```
//! # use futures_util::{StreamExt, stream};
//! # use sentry_trace_runtime::{Options, Tracer, start_span, testing::MemorySink};
//! use sentry_trace_runtime::{TraceFutureExt, current_span};
//!
//! # let sink = MemorySink::new();
//! # let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
//! # let upload = tracer.start_new_trace().start_span("upload").start();
//! # async fn read(number: u32) -> u32 { start_span("read").run(|_| number) }
//! # let current = upload.make_current();
//! let span = current_span();
//! let items = stream::iter(0..3).then(move |number| read(number).in_trace(span.clone()));
//! # drop(current);
//! # tokio::runtime::Runtime::new().unwrap().block_on(items.collect::<Vec<_>>());
//! # drop(upload);
//! # assert_eq!(sink.take()[0].spans.len(), 3);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```
//!
//! # When a client's span starts
//!
//! In `call`, which writes the headers: below the span that is current then, not below the one that its future is
//! polled in. `client.call(request).in_trace_span(span)` comes too late; an async block around both is in time:
//! `async { client.call(request).await }.in_trace_span(span)`.
//!
//! A request opts out by an extension of the type [`Propagation`].
//!
//! # gRPC
//!
//! Both layers work with tonic: [`ServerLayer`] in `Server::builder().layer(..)`, [`ClientLayer`] around a `Channel`.
//! A call is known by its content type. Its path is its route, `POST /package.Service/Method`; its `grpc-status` gives the
//! status, and the spans of both sides end at the trailers.
//!
//! With tonic-web, [`ServerLayer`] goes inside `GrpcWebLayer`, and [`ClientLayer`] outside `GrpcWebClientLayer`: the other
//! way round the status is among the bytes, and a stream that fails is recorded as ok.
//!
//! A client that is generated by tonic sends a path alone to the `Channel`, which matches targets by its text only
//! (rule R9). Make it by `with_origin(channel, uri)` and the whole URL is known.

#![forbid(unsafe_code)]

pub mod client;
mod grpc;
pub mod html;
pub mod server;

pub use client::ClientLayer;
pub use sentry_trace_http::{ClientRequest, ClientUrl, Headers, Propagation, ServerRequest};
pub use server::ServerLayer;
