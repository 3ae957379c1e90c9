//! Blocking clients.
//!
//! ```
//! use sentry_trace_reqwest::blocking::ClientBuilderExt;
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer, set_global};
//!
//! # use std::io::{BufRead, BufReader, Write};
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
//! # use std::io::Read;
//! let sink = MemorySink::new();
//! let options = Options::new().traces_sample_rate(1.0).inline_sink(sink.clone());
//! set_global(Tracer::new(options)?);
//! let client = reqwest::blocking::Client::builder().build_traced()?;
//!
//! let root = sentry_trace_runtime::start_span("checkout").enter();
//! let trace_id = root.trace_id().unwrap().to_string();
//! let received = client.get(&url).send()?.text()?;
//! drop(root);
//!
//! assert!(received.starts_with(&trace_id));
//! assert_eq!(sink.take()[0].spans[0].name, format!("GET {url}"));
//! # server.join().unwrap();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod build;
mod client;
mod error;

pub use build::ClientBuilderExt;
pub use client::{TracedClient, TracedRequestBuilder};
pub use error::Error;
