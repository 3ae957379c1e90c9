//! Whether what came out of Relay is what was recorded.

use std::collections::BTreeMap;

use sentry_trace::export::envelope::Format;
use sentry_trace_core::status::SpanStatus;
use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::sink::{Loss, LossReason};
use sentry_trace_runtime::transaction::{Data, SpanRecord, TransactionSource};
use sentry_trace_runtime::{Link, Transaction, Value as Recorded};
use serde_json::{Map, Value, json};

use super::cases::Sent;
use super::config::{KEY, LIMIT};
use super::upstream::{Item, Outcome, Received};
use crate::case_result::{Mismatch, as_json, compare};

pub(super) fn check(sent: &Sent, received: &Received) -> Result<(), Mismatch> {
    match sent {
        Sent::Whole(Format::SpanStream, transactions) => transactions
            .iter()
            .try_for_each(|one| check_stream(one, received)),
        Sent::Whole(_, transactions) => transactions
            .iter()
            .try_for_each(|one| check_transaction(one, received)),
        Sent::Limited(loss) => check_limited(*loss, received),
        Sent::LeftOut(losses) => losses
            .iter()
            .try_for_each(|(reason, loss)| check_left_out(*reason, *loss, received)),
        Sent::Nothing => {
            let others = received.outcomes.iter();
            let others =
                others.filter(|outcome| !is_of_the_limit(outcome) && !is_of_the_service(outcome));
            let others = others.map(|outcome| format!("{outcome:?}"));
            let wrong: Vec<_> = others.chain(received.unreadable.clone()).collect();
            compare(&Vec::new(), &wrong)
        }
    }
}

fn check_transaction(recorded: &Transaction, received: &Received) -> Result<(), Mismatch> {
    let event_id = json!(recorded.event_id.to_string());
    let is_this = |item: &&Item| item.kind == "transaction" && item.payload["event_id"] == event_id;
    let item = only(received.items.iter().filter(is_this))?;
    let event = &item.payload;
    let root = &event["contexts"]["trace"];
    check_context(item, recorded)?;
    compare(
        &json!({
            "transaction": recorded.root.name.as_ref() as &str,
            "source": source(recorded.source),
            "platform": "native",
            "release": recorded.service.release,
            "environment": recorded.service.environment,
            "server_name": recorded.service.server_name,
        }),
        &json!({
            "transaction": event["transaction"],
            "source": event["transaction_info"]["source"],
            "platform": event["platform"],
            "release": event["release"],
            "environment": event["environment"],
            "server_name": tag(event, "server_name"),
        }),
    )?;
    check_marks(event, recorded.dropped_spans)?;
    let spans = event["spans"].as_array().into_iter().flatten();
    let got = spans.chain([root]).map(|span| (&span["span_id"], span));
    check_spans(recorded, got, |record, got| {
        let is_root = record.span_id == recorded.root.span_id;
        let status = (is_root || record.status.is_some()).then(|| status(record.status));
        let expected = json!({
            "parent": record.parent_span_id.map(|id| id.to_string()),
            "op": text(&record.op),
            "origin": text(&record.origin),
            "status": status,
            "name": (!is_root).then(|| cut_as(&record.name, &got["description"])),
            "start": seconds(record.start),
            "end": seconds(record.end),
            "data": data(&record.data, json_value),
            "links": links(record, json_value),
        });
        let data = data(&record.data, |key, _| got["data"][key].clone());
        let links = got["links"].clone();
        // Of the root, the event itself has the name and the times.
        let (name, times) = match is_root {
            true => (&Value::Null, event),
            false => (&got["description"], got),
        };
        let got = json!({
            "parent": got["parent_span_id"],
            "op": got["op"],
            "origin": got["origin"],
            "status": got["status"],
            "name": name,
            "start": times["start_timestamp"],
            "end": times["timestamp"],
            "data": data,
            "links": links,
        });
        compare(&expected, &got)
    })
}

fn check_stream(recorded: &Transaction, received: &Received) -> Result<(), Mismatch> {
    let segment = json!(recorded.root.span_id.to_string());
    let is_this = |span: &&Value| span["attributes"]["sentry.segment.id"]["value"] == segment;
    let of_this = |item: &Item| {
        let spans = item.payload["items"].as_array().into_iter().flatten();
        spans.filter(is_this).cloned().collect::<Vec<_>>()
    };
    let mut spans = Vec::new();
    for item in received.items.iter().filter(|item| item.kind == "span") {
        let found = of_this(item);
        if !found.is_empty() {
            check_context(item, recorded)?;
        }
        spans.extend(found);
    }
    spans.iter().try_for_each(|span| check_marks(span, 0))?;
    let got = spans.iter().map(|span| (&span["span_id"], span));
    check_spans(recorded, got, |record, got| {
        let attributes = &got["attributes"];
        let is_ok = matches!(
            record.status,
            None | Some(SpanStatus::Ok | SpanStatus::Cancelled)
        );
        let is_root = record.span_id == recorded.root.span_id;
        let expected = json!({
            "parent": record.parent_span_id.map(|id| id.to_string()),
            "op": text(&record.op),
            "origin": text(&record.origin),
            "status": if is_ok { "ok" } else { "error" },
            "name": &*record.name,
            "start": seconds(record.start),
            "end": seconds(record.end),
            "segment": is_root,
            "source": is_root.then(|| recorded.source.as_str()),
            "release": recorded.service.release,
            "data": data(&record.data, json_value),
            "links": links(record, typed),
        });
        let attribute = |name: &str| attributes[name]["value"].clone();
        let got = json!({
            "parent": got["parent_span_id"],
            "op": attribute("sentry.op"),
            "origin": attribute("sentry.origin"),
            "status": got["status"],
            "name": got["name"],
            "start": got["start_timestamp"],
            "end": got["end_timestamp"],
            "segment": got["is_segment"],
            "source": attribute("sentry.segment.name.source"),
            "release": attribute("sentry.release"),
            "data": data(&record.data, |key, _| attribute(key)),
            "links": got["links"],
        });
        compare(&expected, &got)
    })
}

/// Relay reads the context, or makes one of the project: what it sends on tells which.
fn check_context(item: &Item, recorded: &Transaction) -> Result<(), Mismatch> {
    let frozen = recorded.dsc.as_deref().unwrap_or_default();
    let member = |name: &str| {
        let prefix = format!("sentry-{name}=");
        frozen
            .split(',')
            .find_map(|text| text.strip_prefix(&prefix))
    };
    let is_whole = member("public_key") == Some(KEY) && member("transaction").is_some();
    let transaction = is_whole.then(|| &item.trace["transaction"]);
    let expected = json!({
        "trace_id": recorded.trace_id.to_string(),
        "public_key": KEY,
        "sampled": (is_whole && member("sampled") == Some("true")).then_some(true),
        "has_name": is_whole,
    });
    let got = json!({
        "trace_id": item.trace["trace_id"],
        "public_key": item.trace["public_key"],
        "sampled": is_whole.then(|| &item.trace["sampled"]),
        "has_name": transaction.is_some_and(Value::is_string),
    });
    compare(&expected, &got)
}

/// Each span that was recorded is there once, and no other.
fn check_spans<'a>(
    recorded: &Transaction,
    got: impl Iterator<Item = (&'a Value, &'a Value)>,
    check: impl Fn(&SpanRecord, &Value) -> Result<(), Mismatch>,
) -> Result<(), Mismatch> {
    let records = || recorded.spans.iter().chain([&recorded.root]);
    let mut expected: Vec<_> = records().map(|span| span.span_id.to_string()).collect();
    let got: Vec<_> = got
        .map(|(id, span)| (id.as_str().unwrap_or_default().to_owned(), span))
        .collect();
    let mut ids: Vec<_> = got.iter().map(|(id, _)| id.clone()).collect();
    expected.sort();
    ids.sort();
    compare(&expected, &ids)?;
    let got: BTreeMap<_, _> = got.into_iter().collect();
    records().try_for_each(|record| check(record, got[&record.span_id.to_string()]))
}

/// Relay marks what it could not read or had to change; our own mark says how many spans there were.
fn check_marks(payload: &Value, dropped_spans: u32) -> Result<(), Mismatch> {
    let mut marks = payload["_meta"].clone();
    if dropped_spans > 0 {
        let spans = marks
            .as_object_mut()
            .and_then(|marks| marks.remove("spans"));
        let kept = payload["spans"].as_array().map_or(0, Vec::len) as u64;
        let all = json!({ "": { "len": kept + u64::from(dropped_spans) } });
        compare(&Some(all), &spans)?;
    }
    let none = marks.as_object().is_none_or(Map::is_empty) && payload["errors"].is_null();
    if none {
        Ok(())
    } else {
        Err(Mismatch::new(
            "no marks",
            format!("{marks} {}", payload["errors"]),
        ))
    }
}

fn check_limited(loss: Loss, received: &Received) -> Result<(), Mismatch> {
    check_sum(loss, received, is_of_the_limit)
}

fn check_left_out(reason: LossReason, loss: Loss, received: &Received) -> Result<(), Mismatch> {
    check_sum(loss, received, |outcome| {
        is_of_the_service(outcome) && outcome.reason == reason.as_str()
    })
}

fn check_sum(
    loss: Loss,
    received: &Received,
    counts: impl Fn(&Outcome) -> bool,
) -> Result<(), Mismatch> {
    let counted = |category: &str| -> u64 {
        let outcomes = received.outcomes.iter();
        let of_category =
            outcomes.filter(|outcome| outcome.category == category && counts(outcome));
        of_category.map(|outcome| outcome.quantity).sum()
    };
    compare(
        &json!({ "transactions": loss.transactions, "spans": loss.spans }),
        &json!({ "transactions": counted("transaction"), "spans": counted("span") }),
    )
}

/// Dropped by Relay, or lost by the exporter after it was told.
fn is_of_the_limit(outcome: &Outcome) -> bool {
    let kind_and_reason = (&*outcome.kind, &*outcome.reason);
    kind_and_reason == ("rate_limited", LIMIT)
        || kind_and_reason == ("client_discard", "ratelimit_backoff")
}

/// Left out by the service, and reported.
fn is_of_the_service(outcome: &Outcome) -> bool {
    let reasons = [
        LossReason::SampleRate,
        LossReason::EventProcessor,
        LossReason::BufferOverflow,
    ];
    outcome.kind == "client_discard"
        && reasons
            .iter()
            .any(|reason| reason.as_str() == outcome.reason)
}

fn only<'a>(mut items: impl Iterator<Item = &'a Item>) -> Result<&'a Item, Mismatch> {
    match (items.next(), items.count()) {
        (Some(item), 0) => Ok(item),
        (None, _) => Err(Mismatch::new("one event", "none")),
        (Some(_), more) => Err(Mismatch::new("one event", format!("{} events", more + 1))),
    }
}

/// Relay has a name for the status that nobody set, and one for two of gRPC's.
fn status(recorded: Option<SpanStatus>) -> &'static str {
    match recorded {
        None => "unknown",
        Some(SpanStatus::UnknownError) => SpanStatus::InternalError.as_str(),
        Some(status) => status.as_str(),
    }
}

/// A name that the exporter has cut, as it has cut it.
fn cut_as<'a>(recorded: &'a str, got: &'a Value) -> &'a str {
    let got = got.as_str().unwrap_or_default();
    match got.strip_suffix("[truncated]") {
        Some(start) if start.len() == 200 && recorded.starts_with(start) => got,
        _ => recorded,
    }
}

/// Relay looks for ids in names from URLs, and says so.
fn source(recorded: TransactionSource) -> &'static str {
    match recorded {
        TransactionSource::Url => "sanitized",
        other => other.as_str(),
    }
}

/// Tags are pairs; Relay makes one of the server's name.
fn tag<'a>(event: &'a Value, name: &str) -> Option<&'a Value> {
    let mut tags = event["tags"].as_array().into_iter().flatten();
    tags.find_map(|tag| (tag[0] == name).then(|| &tag[1]))
}

/// Relay leaves empty texts out.
fn text(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn seconds(time: Timestamp) -> Value {
    serde_json::from_str(&time.to_string()).unwrap_or_default()
}

/// A list of the links of a span; nothing where there are none.
fn links(record: &SpanRecord, value: impl Fn(&str, &Recorded) -> Value) -> Value {
    let link = |link: &Link| {
        let mut json = json!({
            "trace_id": link.trace_id.to_string(),
            "span_id": link.span_id.to_string(),
        });
        if let Some(sampled) = link.sampled {
            json["sampled"] = json!(sampled);
        }
        if !link.data.is_empty() {
            json["attributes"] = data(&link.data, &value);
        }
        json
    };
    let links: Vec<_> = record.links.iter().map(link).collect();
    if links.is_empty() {
        Value::Null
    } else {
        json!(links)
    }
}

/// An object with the keys of a span's or a link's data.
fn data(data: &Data, value: impl Fn(&str, &Recorded) -> Value) -> Value {
    let members = data.iter();
    members
        .map(|(key, recorded)| (key.to_owned(), value(key, recorded)))
        .collect::<Map<_, _>>()
        .into()
}

/// A value with its type, as streams have them.
fn typed(key: &str, recorded: &Recorded) -> Value {
    let kind = match recorded {
        Recorded::Integer(_) => "integer",
        Recorded::Float(number) if number.is_finite() => "double",
        Recorded::Bool(_) => "boolean",
        _ => "string",
    };
    json!({ "type": kind, "value": json_value(key, recorded) })
}

fn json_value(_: &str, recorded: &Recorded) -> Value {
    match recorded {
        Recorded::Text(text) => json!(&**text),
        Recorded::Integer(number) => json!(number),
        Recorded::Float(number) if number.is_finite() => json!(number),
        Recorded::Float(number) => json!(number.to_string()),
        Recorded::Bool(flag) => json!(flag),
        other => json!(as_json(&format!("{other:?}"))),
    }
}
