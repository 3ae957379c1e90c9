//! Sentry tracing for ureq: a span for each request, and the headers that carry the trace on.
//!
//! [`ConfigBuilderExt::build_traced`] builds an agent that does all of it, and [`agent`] gives one for single calls.
//! Redirects are followed as the agent's or the request's settings say, and each hop is decided by its own URL: ureq
//! alone would carry our headers along to hosts that must not get them (rule R8).
//!
//! ```
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer, set_global};
//! use sentry_trace_ureq::ConfigBuilderExt;
//! use ureq::Agent;
//!
//! # use std::io::{BufRead, BufReader, Read, Write};
//! # let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
//! # let url = format!("http://{}/", listener.local_addr().unwrap());
//! # let server = std::thread::spawn(move || {
//! #     let mut stream = BufReader::new(listener.accept().unwrap().0);
//! #     let mut lines = stream.by_ref().lines().map(|line| line.unwrap());
//! #     let header = lines.find(|line| line.starts_with("sentry-trace: ")).unwrap();
//! #     lines.find(|line| line.is_empty());
//! #     let text = &header["sentry-trace: ".len()..];
//! #     write!(stream.get_mut(), "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{text}", text.len()).unwrap();
//! # });
//! let sink = MemorySink::new();
//! let options = Options::new().traces_sample_rate(1.0).inline_sink(sink.clone());
//! set_global(Tracer::new(options.trace_propagation_targets(["http://127.0.0.1"]))?);
//! let agent = Agent::config_builder().build_traced();
//!
//! let root = sentry_trace_runtime::start_span("checkout").enter();
//! let trace_id = root.trace_id().unwrap().to_string();
//! let received = agent.get(&url).call()?.body_mut().read_to_string()?;
//! drop(root);
//!
//! assert!(received.starts_with(&trace_id));
//! let span = &sink.take()[0].spans[0];
//! assert_eq!(span.op, "http.client");
//! assert_eq!(span.name, format!("GET {url}"));
//! # server.join().unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A status of 400 or more, which ureq gives as [`Error::StatusCode`](ureq::Error::StatusCode), ends the span with that
//! status; every other error ends it as `internal_error`.
//!
//! # Long baggage
//!
//! A header line that is longer than its output buffer is an error to ureq. Our `baggage`, whose length the caller of your
//! service decides over, is therefore left out where it does not fit into the `output_buffer_size` of the builder. A
//! smaller one in the settings of a single request is not seen; nor is that of an agent whose middleware you put in by
//! hand, where ureq's default counts.
//!
//! # Opting out
//!
//! Give a request [`Propagation::NotPropagated`] or [`Propagation::NotTraced`] as an extension:
//! `agent.get(url).extension(Propagation::NotTraced)`.

#![forbid(unsafe_code)]

mod build;
mod follow;
mod hop;
mod middleware;
mod rehearsal;
mod scripted;
mod stage;

pub use build::{ConfigBuilderExt, agent};
pub use middleware::TraceMiddleware;
pub use sentry_trace_http::{ClientRequest, ClientUrl, Propagation};
