//! A transaction as single spans (Sentry, "Span Protocol").

use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::transaction::{Data, SpanRecord};
use sentry_trace_runtime::{Transaction, Value};

use crate::attributes::{write_typed, write_typed_value};
use crate::extra::Extra;
use crate::json::{self, Object};
use crate::links::write_links;
use crate::localhost::is_localhost;
use crate::sdk;

/// The most spans of one item.
pub(crate) const MAX_SPANS: usize = 1000;

pub(crate) const CONTENT_TYPE: &str = "application/vnd.sentry.items.span.v2+json";

/// The spans, the root first, in portions of [`MAX_SPANS`].
pub(crate) fn portions(transaction: &Transaction) -> impl Iterator<Item = Vec<&SpanRecord>> {
    let mut spans = std::iter::once(&transaction.root).chain(&transaction.spans);
    std::iter::from_fn(move || {
        let portion: Vec<_> = spans.by_ref().take(MAX_SPANS).collect();
        (!portion.is_empty()).then_some(portion)
    })
}

/// Writes the payload of one item.
pub(crate) fn write(out: &mut Vec<u8>, transaction: &Transaction, spans: &[&SpanRecord]) {
    let is_localhost = is_localhost(&transaction.root);
    json::object(out, |payload| {
        payload.number("version", 2);
        payload.list("items", |items| {
            for span in spans {
                items.object(|object| write_span(object, transaction, span, is_localhost));
            }
        });
    });
}

fn write_span(
    object: &mut Object<'_>,
    transaction: &Transaction,
    span: &SpanRecord,
    is_localhost: Option<bool>,
) {
    let is_segment = span.span_id == transaction.root.span_id;
    object.id("trace_id", transaction.trace_id);
    object.id("span_id", span.span_id);
    if let Some(parent) = span.parent_span_id {
        object.id("parent_span_id", parent);
    }
    object.text("name", &span.name);
    object.text("status", status(span.status));
    object.bool("is_segment", is_segment);
    object.number("start_timestamp", span.start);
    object.number("end_timestamp", span.end);
    object.object("attributes", |object| {
        let mut attributes = Attributes {
            object,
            data: &span.data,
        };
        attributes.add_common(transaction, span);
        if let Some(is_localhost) = is_localhost {
            attributes.add("sentry.is_localhost", &Value::Bool(is_localhost));
        }
        if is_segment {
            attributes.add_segment(transaction);
        }
        write_typed(attributes.object, &span.data);
    });
    write_links(object, &span.links, write_typed);
}

/// A streamed span is either well or not. What was given up, by a caller who went away for example, has not failed.
fn status(status: Option<SpanStatus>) -> &'static str {
    match status {
        None | Some(SpanStatus::Ok | SpanStatus::Cancelled) => "ok",
        Some(_) => "error",
    }
}

/// The attributes of a span: its own data, and beside it what all spans have unless their data says it.
struct Attributes<'a, 'o> {
    object: &'a mut Object<'o>,
    data: &'a Data,
}

impl Attributes<'_, '_> {
    fn add_common(&mut self, transaction: &Transaction, span: &SpanRecord) {
        let service = &transaction.service;
        self.add_text("sentry.op", &span.op);
        self.add_text("sentry.origin", &span.origin);
        self.add_text("sentry.trace_lifecycle", "stream");
        let told = span.status.filter(|status| *status != SpanStatus::Ok);
        self.add_text("sentry.status.message", told.map_or("", SpanStatus::as_str));
        self.add_text("sentry.segment.id", &transaction.root.span_id.to_string());
        self.add_text("sentry.segment.name", &transaction.root.name);
        self.add_text(
            "sentry.release",
            service.release.as_deref().unwrap_or_default(),
        );
        self.add_text("sentry.environment", &service.environment);
        self.add_text(
            "server.address",
            service.server_name.as_deref().unwrap_or_default(),
        );
        self.add_text("sentry.sdk.name", sdk::NAME);
        self.add_text("sentry.sdk.version", sdk::VERSION);
        for (key, text) in Extra::of(transaction).iter().flat_map(|extra| &extra.user) {
            self.add_text(key, text);
        }
    }

    fn add_segment(&mut self, transaction: &Transaction) {
        self.add_text("sentry.segment.name.source", transaction.source.as_str());
        if transaction.dropped_spans > 0 {
            let dropped = Value::from(transaction.dropped_spans);
            self.add("sentry.dropped_spans_count", &dropped);
        }
    }

    fn add_text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.add(key, &Value::from(text.to_owned()));
        }
    }

    fn add(&mut self, key: &str, value: &Value) {
        if self.data.get(key).is_none() {
            write_typed_value(self.object, key, value);
        }
    }
}
