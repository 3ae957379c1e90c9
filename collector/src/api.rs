//! The traces as JSON. The shapes are documented in the crate's documentation.

use hyper::header::{ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::model::EventRecord;
use crate::reply::{self, Reply};
use crate::shared::Shared;
use crate::trace::{Row, Trace, milliseconds};

const DEFAULT_LIMIT: usize = 50;

pub(crate) fn traces(shared: &Shared, headers: &HeaderMap, query: Option<&str>) -> Reply {
    let Some(limit) = limit(query) else {
        return reply::refusal(StatusCode::BAD_REQUEST, "`limit` is not a whole number");
    };
    // The version first: where a change comes between, the next look sees it.
    let version = shared.version();
    let etag = format!("\"{version}\"");
    if headers
        .get(IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == etag.as_bytes())
    {
        return reply::empty(StatusCode::NOT_MODIFIED);
    }
    let body = shared.read(|store| {
        json!({
            "version": version,
            "total": store.trace_count(),
            "requests": store.requests_seen(),
            "accepted": store.accepted(),
            "refused": store.refused(),
            "last_refusal": store.last_refusal(),
            "dropped_envelopes": store.dropped_envelopes(),
            "unreadable": store.unreadable().count(),
            "traces": store.newest_traces(limit).iter().map(|trace| trace_json(trace, Detail::Brief)).collect::<Vec<_>>(),
        })
    });
    let mut reply = reply::json(StatusCode::OK, &body);
    reply.headers_mut().insert(
        ETAG,
        HeaderValue::try_from(etag).expect("hex digits and a dash"),
    );
    reply
}

pub(crate) fn trace(shared: &Shared, trace_id: &str) -> Reply {
    match shared.read(|store| store.trace(trace_id)) {
        Some(trace) => reply::json(StatusCode::OK, &trace_json(&trace, Detail::Full)),
        None => reply::refusal(StatusCode::NOT_FOUND, "no trace of this id"),
    }
}

fn limit(query: Option<&str>) -> Option<usize> {
    let value = query
        .unwrap_or_default()
        .split('&')
        .find_map(|pair| pair.strip_prefix("limit="));
    value.map_or(Some(DEFAULT_LIMIT), |value| value.parse().ok())
}

#[derive(Clone, Copy, PartialEq)]
enum Detail {
    Brief,
    Full,
}

fn trace_json(trace: &Trace, detail: Detail) -> Value {
    let rows = trace.rows();
    let transactions = rows
        .iter()
        .filter(|row| row.node.kind.begins_service())
        .count();
    let start = trace.start();
    json!({
        "trace_id": trace.trace_id,
        "start": start,
        "duration_ms": trace.duration_ms(),
        "connected": trace.is_connected(),
        "services": trace.services(),
        "transactions": transactions,
        "spans": rows.len() - transactions,
        "events": trace.events.iter().map(event_json).collect::<Vec<_>>(),
        "rows": rows.iter().map(|row| row_json(row, start, detail)).collect::<Vec<_>>(),
    })
}

fn event_json(event: &EventRecord) -> Value {
    json!({
        "event_id": event.event_id,
        "span_id": event.span_id,
        "service": event.service,
        "level": event.level,
        "title": event.title,
    })
}

fn row_json(row: &Row, start: f64, detail: Detail) -> Value {
    let span = &row.node.span;
    let mut json = Map::new();
    let mut put = |key: &str, value: Value| json.insert(key.to_owned(), value);
    put("kind", row.node.kind.as_str().into());
    put("depth", row.depth.into());
    put("connected", row.connected.into());
    put("span_id", span.span_id.as_str().into());
    put("parent_span_id", span.parent_span_id.as_deref().into());
    put("service", row.node.service.as_str().into());
    put("name", span.name.as_str().into());
    put("op", span.op.as_deref().into());
    put("status", span.status.as_deref().into());
    put("failed", row.node.failed().into());
    put("start_ms", milliseconds(span.start - start).into());
    put("duration_ms", milliseconds(span.end - span.start).into());
    if detail == Detail::Full {
        put("origin", span.origin.as_deref().into());
        put("data", Value::Object(span.data.clone()));
    }
    Value::Object(json)
}
