//! Reads the records out of an envelope's items.

use serde_json::{Map, Value};

use crate::envelope::{Envelope, Item};
use crate::model::{
    ClientReport, Discarded, EventRecord, SpanRecord, StreamedSpan, TransactionRecord,
};
use crate::timestamp;

const SPAN_STREAM: &str = "application/vnd.sentry.items.span.v2+json";

/// The records of one envelope.
#[derive(Debug, Default)]
pub(crate) struct Records {
    pub(crate) transactions: Vec<TransactionRecord>,
    pub(crate) spans: Vec<StreamedSpan>,
    pub(crate) events: Vec<EventRecord>,
    pub(crate) client_reports: Vec<ClientReport>,
    /// Why items of these types are not among the records.
    pub(crate) unreadable: Vec<String>,
}

impl Records {
    pub(crate) fn read(envelope: &Envelope, public_key: Option<&str>) -> Self {
        let context = Context {
            envelope,
            public_key,
        };
        let mut records = Self::default();
        for (number, item) in envelope.items.iter().enumerate() {
            if let Err(reason) = records.add(&context, item) {
                records
                    .unreadable
                    .push(format!("item {number} ({}): {reason}", item.item_type()));
            }
        }
        records
    }

    /// How many there are, the spans of transactions and the lines of client reports included.
    pub(crate) fn count(&self) -> usize {
        let transactions = self.transactions.iter().map(|sent| 1 + sent.spans.len());
        let reports = self
            .client_reports
            .iter()
            .map(|sent| 1 + sent.discarded.len());
        transactions.chain(reports).sum::<usize>()
            + self.spans.len()
            + self.events.len()
            + self.unreadable.len()
    }

    fn add(&mut self, context: &Context<'_>, item: &Item) -> Result<(), String> {
        match item.item_type() {
            "transaction" => self
                .transactions
                .push(transaction(context, payload(item)?)?),
            "event" => self.events.push(event(context, payload(item)?)?),
            "client_report" => self.client_reports.push(client_report(payload(item)?)?),
            "span" if item.content_type() == Some(SPAN_STREAM) => {
                // Sentry drops the spans of such an envelope ("Envelope Items").
                if !self.spans.is_empty() {
                    return Err("an envelope has at most one item with spans".to_owned());
                }
                self.spans = span_stream(context, &payload(item)?)?;
            }
            _ => {}
        }
        Ok(())
    }
}

struct Context<'a> {
    envelope: &'a Envelope,
    public_key: Option<&'a str>,
}

impl Context<'_> {
    fn service(&self, candidates: [Option<String>; 3]) -> String {
        let dsc = self.envelope.trace_header();
        let from_dsc = |name| dsc.and_then(|members| text(members, name));
        candidates
            .into_iter()
            .flatten()
            .next()
            .or_else(|| from_dsc("environment"))
            .or_else(|| self.public_key.map(str::to_owned))
            .or_else(|| from_dsc("public_key"))
            .unwrap_or_else(|| "unknown".to_owned())
    }

    fn event_service(&self, event: &Map<String, Value>) -> String {
        self.service([
            tag(event, "service"),
            text(event, "server_name"),
            text(event, "environment"),
        ])
    }

    fn event_id(&self, event: &Map<String, Value>) -> Option<String> {
        text(event, "event_id").or_else(|| self.envelope.event_id().map(str::to_owned))
    }
}

fn payload(item: &Item) -> Result<Value, String> {
    item.json().map_err(|error| format!("not JSON: {error}"))
}

fn transaction(context: &Context<'_>, json: Value) -> Result<TransactionRecord, String> {
    let event = object(&json, "the payload")?;
    let trace = trace_context(event).ok_or("`contexts.trace` is missing")?;
    let name = text(event, "transaction").unwrap_or_default();

    let root = SpanRecord {
        trace_id: required(trace, "trace_id", "contexts.trace")?,
        span_id: required(trace, "span_id", "contexts.trace")?,
        parent_span_id: text(trace, "parent_span_id"),
        name: name.clone(),
        op: text(trace, "op"),
        status: text(trace, "status"),
        origin: text(trace, "origin"),
        start: time(event, "start_timestamp", "the payload")?,
        end: time(event, "timestamp", "the payload")?,
        data: map(trace, "data"),
    };
    let spans = list(event, "spans")?
        .iter()
        .enumerate()
        .map(|(number, span)| transaction_span(span, &root.trace_id, &format!("spans[{number}]")))
        .collect::<Result<_, _>>()?;

    Ok(TransactionRecord {
        event_id: context.event_id(event),
        name,
        source: event
            .get("transaction_info")
            .and_then(Value::as_object)
            .and_then(|info| text(info, "source")),
        service: context.event_service(event),
        release: text(event, "release"),
        environment: text(event, "environment"),
        server_name: text(event, "server_name"),
        root,
        spans,
        trace_header: context.envelope.trace_header().cloned(),
        json,
    })
}

fn transaction_span(json: &Value, trace_id: &str, place: &str) -> Result<SpanRecord, String> {
    let span = object(json, place)?;
    Ok(SpanRecord {
        trace_id: text(span, "trace_id").unwrap_or_else(|| trace_id.to_owned()),
        span_id: required(span, "span_id", place)?,
        parent_span_id: text(span, "parent_span_id"),
        name: text(span, "description").unwrap_or_default(),
        op: text(span, "op"),
        status: text(span, "status"),
        origin: text(span, "origin"),
        start: time(span, "start_timestamp", place)?,
        end: time(span, "timestamp", place)?,
        data: map(span, "data"),
    })
}

fn span_stream(context: &Context<'_>, json: &Value) -> Result<Vec<StreamedSpan>, String> {
    let spans = list(object(json, "the payload")?, "items")?;
    let read = |(number, span)| streamed_span(context, span, &format!("items[{number}]"));
    spans.iter().enumerate().map(read).collect()
}

fn streamed_span(context: &Context<'_>, json: &Value, place: &str) -> Result<StreamedSpan, String> {
    let span = object(json, place)?;
    let data = attributes(span);
    Ok(StreamedSpan {
        is_segment: span
            .get("is_segment")
            .and_then(Value::as_bool)
            .unwrap_or(false),
        service: context.service([
            text(&data, "service.name"),
            text(&data, "sentry.environment"),
            None,
        ]),
        span: SpanRecord {
            trace_id: required(span, "trace_id", place)?,
            span_id: required(span, "span_id", place)?,
            parent_span_id: text(span, "parent_span_id"),
            name: text(span, "name").unwrap_or_default(),
            op: text(&data, "sentry.op"),
            status: text(span, "status"),
            origin: text(&data, "sentry.origin"),
            start: time(span, "start_timestamp", place)?,
            end: time(span, "end_timestamp", place)?,
            data,
        },
    })
}

/// `{"k":{"type":"string","value":"v"}}` as `{"k":"v"}`.
fn attributes(span: &Map<String, Value>) -> Map<String, Value> {
    let typed = span.get("attributes").and_then(Value::as_object);
    typed
        .into_iter()
        .flatten()
        .filter_map(|(key, typed)| Some((key.clone(), typed.get("value")?.clone())))
        .collect()
}

fn event(context: &Context<'_>, json: Value) -> Result<EventRecord, String> {
    let event = object(&json, "the payload")?;
    let trace = trace_context(event);
    Ok(EventRecord {
        event_id: context.event_id(event),
        trace_id: trace.and_then(|trace| text(trace, "trace_id")),
        span_id: trace.and_then(|trace| text(trace, "span_id")),
        level: text(event, "level"),
        title: event_title(event),
        service: context.event_service(event),
        json,
    })
}

fn event_title(event: &Map<String, Value>) -> String {
    let of_exception = || {
        let exceptions = event.get("exception")?;
        let list = exceptions.get("values").unwrap_or(exceptions).as_array()?;
        let last = list.last()?.as_object()?;
        let parts = [text(last, "type"), text(last, "value")];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join(": "))
    };
    let of_log_entry = || {
        let entry = event.get("logentry")?.as_object()?;
        text(entry, "formatted").or_else(|| text(entry, "message"))
    };
    of_exception()
        .or_else(|| text(event, "message"))
        .or_else(of_log_entry)
        .unwrap_or_default()
}

fn client_report(json: Value) -> Result<ClientReport, String> {
    let report = object(&json, "the payload")?;
    let discarded = list(report, "discarded_events")?
        .iter()
        .enumerate()
        .map(|(number, line)| {
            let place = format!("discarded_events[{number}]");
            let line = object(line, &place)?;
            let quantity = line.get("quantity").and_then(Value::as_u64);
            Ok(Discarded {
                reason: required(line, "reason", &place)?,
                category: required(line, "category", &place)?,
                quantity: quantity
                    .ok_or_else(|| format!("`quantity` of {place} is not a whole number"))?,
            })
        })
        .collect::<Result<_, String>>()?;
    Ok(ClientReport { discarded, json })
}

fn trace_context(event: &Map<String, Value>) -> Option<&Map<String, Value>> {
    event.get("contexts")?.get("trace")?.as_object()
}

/// Tags are an object, or a list of pairs.
fn tag(event: &Map<String, Value>, name: &str) -> Option<String> {
    match event.get("tags")? {
        Value::Object(tags) => text(tags, name),
        Value::Array(pairs) => {
            let pair = pairs
                .iter()
                .find(|pair| pair.get(0).and_then(Value::as_str) == Some(name))?;
            pair.get(1)?
                .as_str()
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        }
        _ => None,
    }
}

fn object<'a>(json: &'a Value, place: &str) -> Result<&'a Map<String, Value>, String> {
    json.as_object()
        .ok_or_else(|| format!("{place} is not a JSON object"))
}

fn list<'a>(map: &'a Map<String, Value>, key: &str) -> Result<&'a [Value], String> {
    match map.get(key) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(values)) => Ok(values),
        Some(_) => Err(format!("`{key}` is not a list")),
    }
}

fn text(map: &Map<String, Value>, key: &str) -> Option<String> {
    map.get(key)?
        .as_str()
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn required(map: &Map<String, Value>, key: &str, place: &str) -> Result<String, String> {
    text(map, key).ok_or_else(|| format!("`{key}` of {place} is missing"))
}

fn time(map: &Map<String, Value>, key: &str, place: &str) -> Result<f64, String> {
    let value = map
        .get(key)
        .ok_or_else(|| format!("`{key}` of {place} is missing"))?;
    timestamp::seconds(value).ok_or_else(|| format!("`{key}` of {place} is not a time: {value}"))
}

fn map(parent: &Map<String, Value>, key: &str) -> Map<String, Value> {
    parent
        .get(key)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}
