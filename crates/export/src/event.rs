//! A transaction as the JSON of an envelope item (rule R13; Sentry, "Event Payloads").

use sentry_trace_runtime::Transaction;
use sentry_trace_runtime::transaction::SpanRecord;

use crate::attributes::write_plain;
use crate::extra::Extra;
use crate::json::{self, Object};
use crate::links::write_links;
use crate::{request, sdk};

/// What Sentry knows Rust as; `rust` becomes `other` there.
const PLATFORM: &str = "native";

/// Writes the event: the root in `contexts.trace`, all other spans flat in `spans`.
///
/// Where spans were dropped (rule R10), `_meta.spans` says how many there were, as Sentry says that a list was cut.
pub(crate) fn write(out: &mut Vec<u8>, transaction: &Transaction) {
    let extra = Extra::of(transaction);
    json::object(out, |event| {
        event.text("type", "transaction");
        event.id("event_id", transaction.event_id);
        event.text("transaction", &transaction.root.name);
        event.object("transaction_info", |info| {
            info.text("source", transaction.source.as_str());
        });
        event.number("start_timestamp", transaction.root.start);
        event.number("timestamp", transaction.root.end);
        event.text("platform", PLATFORM);
        let service = &transaction.service;
        event.text_unless_empty("release", service.release.as_deref());
        event.text_unless_empty("environment", Some(&service.environment));
        event.text_unless_empty("server_name", service.server_name.as_deref());
        sdk::write(event);
        request::write(event, &transaction.root);
        for (key, json) in extra.iter().flat_map(|extra| &extra.members) {
            event.raw(key, json);
        }
        event.object("contexts", |contexts| {
            contexts.object("trace", |trace| write_trace(trace, transaction));
            for (key, json) in extra.iter().flat_map(|extra| &extra.contexts) {
                contexts.raw(key, json);
            }
        });
        event.list("spans", |spans| {
            for span in &transaction.spans {
                spans.object(|object| write_span(object, transaction, span));
            }
        });
        if transaction.dropped_spans > 0 {
            let all = transaction.spans.len() as u64 + u64::from(transaction.dropped_spans);
            event.object("_meta", |meta| {
                meta.object("spans", |spans| {
                    spans.object("", |own| own.number("len", all));
                });
            });
        }
    });
}

fn write_trace(object: &mut Object<'_>, transaction: &Transaction) {
    object.id("trace_id", transaction.trace_id);
    write_common(object, &transaction.root);
}

fn write_span(object: &mut Object<'_>, transaction: &Transaction, span: &SpanRecord) {
    object.id("trace_id", transaction.trace_id);
    write_common(object, span);
    object.text("description", &span.name);
    object.number("start_timestamp", span.start);
    object.number("timestamp", span.end);
}

fn write_common(object: &mut Object<'_>, span: &SpanRecord) {
    object.id("span_id", span.span_id);
    if let Some(parent) = span.parent_span_id {
        object.id("parent_span_id", parent);
    }
    object.text_unless_empty("op", Some(&span.op));
    if let Some(status) = span.status {
        object.text("status", status.as_str());
    }
    object.text_unless_empty("origin", Some(&span.origin));
    if !span.data.is_empty() {
        object.object("data", |object| write_plain(object, &span.data));
    }
    write_links(object, &span.links, write_plain);
}
