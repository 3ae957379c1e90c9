//! The current trace and span, span recording, and the sinks that finished transactions go to.
//!
//! A [`Tracer`] is built from [`Options`]. It continues traces or starts new ones; the spans of a trace are recorded
//! into one [`Transaction`], which goes to a [`Sink`](sink::Sink) when its root span finishes. This crate knows
//! nothing of HTTP; the adapters do.
//!
//! ```
//! use sentry_trace_runtime::testing::MemorySink;
//! use sentry_trace_runtime::{Options, Tracer, start_span};
//!
//! let sink = MemorySink::new();
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(sink.clone()))?;
//!
//! let root = tracer.start_new_trace().start_span("nightly report").op("task").enter();
//! start_span("load rows").op("db").run(|span| span.set_data("db.rows", 3));
//! drop(root);
//!
//! let transactions = sink.take();
//! assert_eq!(transactions[0].root.name, "nightly report");
//! assert_eq!(transactions[0].spans[0].name, "load rows");
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

#![forbid(unsafe_code)]

pub mod carrier;
pub mod clock;
pub mod current;
pub mod diagnostics;
pub mod entropy;
pub mod instrument;
pub mod process;
pub mod sampler;
pub mod sink;
pub mod testing;
pub mod transaction;

mod before_send;
mod builder;
mod changes;
mod contain;
mod context;
mod continue_trace;
mod data;
mod decide;
mod describe;
mod diagnostic;
mod dropped_name;
mod environment;
mod frozen_dsc;
mod global;
mod handle;
mod link;
mod listener;
mod losses;
mod options;
mod queue;
mod received;
mod recording;
mod scoped;
mod service;
mod settings;
mod span;
mod text;
mod trace;
mod tracer;
mod value;

pub use builder::{SpanBuilder, start_span};
#[doc(hidden)]
pub use contain::{call_each, contain};
pub use context::TraceContext;
pub use continue_trace::{continue_trace, start_new_trace, trace_data};
pub use current::{carry_trace, current_span};
pub use describe::Describe;
#[doc(hidden)]
pub use global::unset_global;
pub use global::{set_global, tracer};
pub use handle::{SpanHandle, TraceData};
pub use instrument::TraceFutureExt;
pub use link::Link;
pub use options::{Options, OptionsError, StatusCodes};
#[doc(hidden)]
pub use scoped::{Scoped, drop_in, poll_in};
pub use sentry_trace_core as core;
pub use service::Service;
pub use settings::Settings;
pub use span::{EnteredSpan, Span};
pub use text::Text;
pub use tracer::Tracer;
pub use transaction::Transaction;
pub use value::Value;
