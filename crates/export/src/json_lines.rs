//! Transactions as lines of JSON, for development and for pipelines of one's own.
//!
//! ```
//! use sentry_trace_export::json_lines::JsonLines;
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let (read, write) = std::io::pipe()?;
//! let lines = JsonLines::new(write);
//! let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).inline_sink(lines))?;
//! tracer.start_new_trace().start_span("nightly report").start().finish();
//!
//! drop(tracer);
//! let written = std::io::read_to_string(read)?;
//! assert!(written.starts_with(r#"{"trace":{"trace_id":""#));
//! assert!(written.contains(r#""transaction":{"type":"transaction","#));
//! assert_eq!(written.lines().count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sentry_trace_runtime::Transaction;
use sentry_trace_runtime::sink::Sink;

use crate::{dsc, event, json};

/// Writes each transaction as one line: `{"trace":{…},"transaction":{…}}`.
///
/// `trace` is the dynamic sampling context, left out when it is empty; `transaction` is what an envelope carries
/// (rule R13), of any length. Whatever the writer cannot take is lost.
#[derive(Debug)]
pub struct JsonLines<W> {
    out: Mutex<W>,
}

impl<W: Write + Send + 'static> JsonLines<W> {
    /// Writes to `out`, one call for each line.
    pub const fn new(out: W) -> Self {
        Self {
            out: Mutex::new(out),
        }
    }
}

impl<W: Write + Send + 'static> Sink for JsonLines<W> {
    fn accept(&self, transaction: Transaction) {
        let mut line = Vec::with_capacity(1024);
        json::object(&mut line, |object| {
            if let Some(context) = &transaction.dsc {
                object.object("trace", |trace| dsc::write(trace, context));
            }
            event::write(object.key("transaction"), &transaction);
        });
        line.push(b'\n');
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        _ = out.write_all(&line);
    }

    fn flush(&self, _timeout: Duration) -> bool {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.flush().is_ok()
    }
}
