//! An embedded collector that speaks Sentry's envelope endpoint.
//!
//! It listens on a port of the loopback interface, takes what Sentry's SDKs send, keeps it in memory, joins it into traces
//! and shows them: to a test as records, to a person as a page with waterfalls or as a tree of text. It reads the envelope
//! format on its own, so that it can judge what others write. Nothing is sent anywhere.
//!
//! ```
//! use std::time::Duration;
//!
//! use sentry_trace_collector::{Collector, tree};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use tokio::net::TcpStream;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let collector = Collector::start().await?;
//! assert_eq!(collector.dsn(), format!("http://public@{}/1", collector.address()));
//!
//! // What an SDK with this DSN sends.
//! let transaction = r#"{"transaction":"GET /users/{id}","server_name":"users","start_timestamp":1700000000.0,
//!     "timestamp":1700000000.012,"contexts":{"trace":{"trace_id":"771a43a4192642f0b136d5159a501700",
//!     "span_id":"b7ad6b7169203331","op":"http.server","status":"ok"}}}"#.replace('\n', " ");
//! let envelope = format!("{{}}\n{{\"type\":\"transaction\"}}\n{transaction}\n");
//! let request = format!(
//!     "POST /api/1/envelope/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{envelope}",
//!     envelope.len(),
//! );
//! let mut stream = TcpStream::connect(collector.address()).await?;
//! stream.write_all(request.as_bytes()).await?;
//! let mut answer = String::new();
//! stream.read_to_string(&mut answer).await?;
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//!
//! let transactions = collector.wait_for_transactions(1, Duration::from_secs(5)).await?;
//! assert_eq!(transactions[0].name, "GET /users/{id}");
//! assert_eq!(transactions[0].service, "users");
//!
//! let trace = &collector.traces()[0];
//! assert!(trace.is_connected());
//! assert_eq!(
//!     tree::render(trace),
//!     "trace 771a43a4192642f0b136d5159a501700  1 transaction, 0 spans, 1 service, 12.0 ms\n\
//!      users  GET /users/{id}   http.server  ok  0.0 ms  +12.0 ms\n",
//! );
//! collector.shutdown().await;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```
//!
//! # Routes
//!
//! | route | what it does |
//! |---|---|
//! | `POST /api/{project}/envelope/` | takes an envelope of up to 100 MiB and 2000 items, plain, gzip or deflate; 200 `{"id": …}`, else 4xx `{"detail": …}` |
//! | `POST /stream` | the same as Spotlight does it: other types than `application/x-sentry-envelope` are answered 200 and dropped |
//! | `GET /` | the page |
//! | `GET /api/traces?limit=50` | the newest traces |
//! | `GET /api/traces/{id}` | one trace, with `origin` and `data` in each row; 404 where there is none |
//!
//! The two POST routes answer preflights for every origin.
//!
//! `GET /api/traces` answers with an object, and 304 to an `If-None-Match` of the last `ETag` where nothing changed:
//! `version` (a text that differs after each change), `total` (of traces),
//! `requests`, `accepted`, `refused`, `last_refusal` (a text or null), `dropped_envelopes`, `unreadable` (items) and
//! `traces`, newest first. A trace: `trace_id`, `start` (seconds since 1970), `duration_ms`, `connected`, `services` (by
//! their first span), `transactions`, `spans` (numbers), `events` (each `event_id`, `span_id`, `service`, `level`, `title`)
//! and `rows`, depth first as they are drawn. A row: `kind` (`transaction`, `segment`, `span`), `depth`, `connected`,
//! `span_id`, `parent_span_id`, `service`, `name`, `op`, `status`, `failed`, `start_ms` (from the trace's start) and
//! `duration_ms`. What is unknown is null. Members may be added, none is taken away.

mod api;
mod behaviour;
mod collector;
mod content;
pub mod envelope;
mod layout;
mod model;
mod node;
mod page;
mod receive;
mod records;
mod reply;
mod routes;
mod server;
mod shared;
mod store;
mod timestamp;
mod trace;
pub mod tree;
mod weight;

pub use behaviour::{Answer, Behaviour, InvalidAnswer};
pub use collector::{Collector, Timeout};
pub use envelope::{Envelope, Item};
pub use model::{
    ClientReport, Discarded, EventRecord, SpanRecord, StreamedSpan, TransactionRecord,
};
pub use node::{Node, NodeKind};
pub use store::{Limits, ReceivedEnvelope, Store};
pub use trace::{Row, Trace};
