//! A transaction as single spans (Sentry, "Span Protocol").

use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::transaction::SpanRecord;
use sentry_trace_runtime::{Transaction, Value};

use crate::attributes::write_value;
use crate::json::{self, Object};
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
    json::object(out, |payload| {
        payload.list("items", |items| {
            for span in spans {
                items.object(|object| write_span(object, transaction, span));
            }
        });
    });
}

fn write_span(object: &mut Object<'_>, transaction: &Transaction, span: &SpanRecord) {
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
    object.object("attributes", |attributes| {
        write_common(attributes, transaction, span);
        if is_segment {
            write_segment(attributes, transaction);
        }
        for (key, value) in span.data.iter() {
            write_attribute(attributes, key, value);
        }
    });
}

/// A streamed span is either well or not.
fn status(status: Option<SpanStatus>) -> &'static str {
    match status {
        None | Some(SpanStatus::Ok) => "ok",
        Some(_) => "error",
    }
}

fn write_common(attributes: &mut Object<'_>, transaction: &Transaction, span: &SpanRecord) {
    let service = &transaction.service;
    write_text(attributes, "sentry.op", &span.op);
    write_text(attributes, "sentry.origin", &span.origin);
    if let Some(status) = span.status {
        write_text(attributes, "sentry.status.message", status.as_str());
    }
    write_text(
        attributes,
        "sentry.segment.id",
        &transaction.root.span_id.to_string(),
    );
    write_text(attributes, "sentry.segment.name", &transaction.root.name);
    write_text(
        attributes,
        "sentry.release",
        service.release.as_deref().unwrap_or_default(),
    );
    write_text(attributes, "sentry.environment", &service.environment);
    write_text(
        attributes,
        "server.address",
        service.server_name.as_deref().unwrap_or_default(),
    );
    write_text(attributes, "sentry.sdk.name", sdk::NAME);
    write_text(attributes, "sentry.sdk.version", sdk::VERSION);
}

fn write_segment(attributes: &mut Object<'_>, transaction: &Transaction) {
    write_text(
        attributes,
        "sentry.span.source",
        transaction.source.as_str(),
    );
    if transaction.dropped_spans > 0 {
        let dropped = Value::from(transaction.dropped_spans);
        write_attribute(attributes, "sentry.dropped_spans_count", &dropped);
    }
}

fn write_text(attributes: &mut Object<'_>, key: &'static str, text: &str) {
    if !text.is_empty() {
        attributes.object(key, |attribute| {
            attribute.text("type", "string");
            attribute.text("value", text);
        });
    }
}

fn write_attribute(attributes: &mut Object<'_>, key: &str, value: &Value) {
    let kind = match value {
        Value::Integer(_) => "integer",
        Value::Float(_) => "double",
        Value::Bool(_) => "boolean",
        _ => "string",
    };
    attributes.object(key, |attribute| {
        attribute.text("type", kind);
        write_value(attribute.key("value"), value);
    });
}
