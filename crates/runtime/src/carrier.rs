//! The trace in messages: any key-value carrier, headers of a queue or metadata of a job (rule R12).
//!
//! ```
//! use std::collections::HashMap;
//! use sentry_trace_runtime::{Options, Tracer, carrier};
//!
//! let tracer = Tracer::new(Options::new().release("shop@1"))?;
//! let sender = tracer.start_new_trace().start_span("publish").start();
//! let mut message = HashMap::from([("baggage".to_owned(), "tenant=7".to_owned())]);
//! carrier::inject(&sender, &mut message);
//! assert!(message["baggage"].starts_with("tenant=7,sentry-trace_id="));
//!
//! let receiver = tracer.continue_trace(carrier::extract(&message)).start_span("consume").start();
//! assert_eq!(receiver.trace_id(), sender.trace_id());
//! assert_eq!(receiver.remote_parent_span_id(), sender.span_id());
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use sentry_trace_core::continuation::{Incoming, SingleLines};
use sentry_trace_core::{baggage, headers, sentry_trace, traceparent};

use crate::handle::SpanHandle;

/// Something that carries texts by name.
pub trait Carrier {
    /// The text of this name.
    fn get(&self, name: &str) -> Option<&str>;

    /// Sets or replaces the text of this name.
    fn set(&mut self, name: &'static str, text: String);
}

/// What a carrier says of its trace, for [`Tracer::continue_trace`](crate::Tracer::continue_trace).
pub fn extract<C: Carrier + ?Sized>(carrier: &C) -> SingleLines<'_> {
    let value = |name| carrier.get(name).map(str::as_bytes);
    Incoming {
        sentry_trace: value(sentry_trace::NAME),
        baggage: value(baggage::NAME),
        traceparent: value(traceparent::NAME),
    }
}

/// Writes the trace of a span into a carrier, by the rules of outgoing headers (rule R8): a `sentry-trace` that is
/// there is left alone, and foreign baggage is kept.
pub fn inject<C: Carrier + ?Sized>(span: &SpanHandle, carrier: &mut C) {
    let Some(data) = span.trace_data() else {
        return;
    };
    if carrier.get(sentry_trace::NAME).is_some() {
        return;
    }
    let existing = carrier.get(baggage::NAME);
    let ours = span.baggage_bytes().unwrap_or_default();
    let merged = headers::merged_baggage(existing.map(str::as_bytes), ours);
    if existing.is_some() || !merged.is_empty() {
        carrier.set(baggage::NAME, String::from_utf8_lossy(&merged).into_owned());
    }
    carrier.set(sentry_trace::NAME, data.sentry_trace);
    if let (Some(text), None) = (data.traceparent, carrier.get(traceparent::NAME)) {
        carrier.set(traceparent::NAME, text);
    }
}

impl<S: BuildHasher> Carrier for HashMap<String, String, S> {
    fn get(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }

    fn set(&mut self, name: &'static str, text: String) {
        self.insert(name.to_owned(), text);
    }
}

impl Carrier for BTreeMap<String, String> {
    fn get(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }

    fn set(&mut self, name: &'static str, text: String) {
        self.insert(name.to_owned(), text);
    }
}
