//! What an envelope counts for in the store's account of bytes.
//!
//! The bytes as sent alone bound no memory: an item of 14 bytes, and compressed of none to speak of, takes hundreds in
//! memory for its header's map. So each part counts a constant besides, which is near to what it takes when it is empty.

use serde_json::{Map, Value};

use crate::envelope::Envelope;
use crate::records::Records;

/// Of an envelope, an item of it, or a record that was read out of it.
const EACH: usize = 1024;

/// Of `size` bytes that came with these headers.
pub(crate) fn weigh(
    size: usize,
    headers: &[(String, String)],
    envelope: &Envelope,
    records: &Records,
) -> usize {
    let headers = headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let reasons: usize = records.unreadable.iter().map(String::len).sum();
    let parts = 1 + envelope.items.len() + records.count();
    size + headers + reasons + parts * EACH + json(envelope, records)
}

/// Of what is kept as JSON, which takes a hundred times as much as was sent when that is written densely.
fn json(envelope: &Envelope, records: &Records) -> usize {
    let transactions = records.transactions.iter().map(|sent| {
        let spans = sent.spans.iter().map(|span| members(&span.data));
        let header = sent.trace_header.as_ref().map_or(0, members);
        value(&sent.json) + members(&sent.root.data) + spans.sum::<usize>() + header
    });
    let streamed = records.spans.iter().map(|sent| members(&sent.span.data));
    let events = records.events.iter().map(|event| value(&event.json));
    let reports = records.client_reports.iter();
    let reports = reports.map(|report| value(&report.json));
    let headers = envelope.items.iter().map(|item| &item.header);
    // That of a few members is in the constant.
    let headers = headers
        .chain([&envelope.header])
        .map(|header| members(header).saturating_sub(EACH));
    let records = transactions.chain(streamed).chain(events).chain(reports);
    records.chain(headers).sum()
}

fn members(map: &Map<String, Value>) -> usize {
    /// A node of the tree has room for eleven members, and of several nodes each has five at least.
    const NODE: usize = 640;
    let members = map.iter().map(|(name, member)| name.len() + value(member));
    map.len().div_ceil(5) * NODE + members.sum::<usize>()
}

fn value(json: &Value) -> usize {
    let behind = match json {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(value).sum(),
        Value::Object(map) => members(map),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    size_of::<Value>() + behind
}
