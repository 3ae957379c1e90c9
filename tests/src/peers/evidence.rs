//! What the collector received of each service.

use std::collections::{BTreeMap, BTreeSet};

use sentry_trace_collector::{Collector, Item, ReceivedEnvelope};
use serde_json::{Map, Value};

/// Everything that all services sent, by the public key of their DSN and the trace.
#[derive(Debug, Default)]
pub(super) struct Evidence(BTreeMap<(String, String), Sent>);

/// What one service sent of one trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent {
    /// The `trace` headers of all envelopes that spans came in; `None` where one has none.
    pub(super) headers: Vec<Option<BTreeMap<String, String>>>,
    /// Transactions, or segments of streamed spans: their own ids and their parents'.
    pub(super) segments: Vec<(String, Option<String>)>,
    /// The ids of all spans.
    pub(super) spans: BTreeSet<String>,
    /// The ids of error events.
    pub(super) events: BTreeSet<String>,
    /// How spans came.
    pub(super) item_types: BTreeSet<&'static str>,
}

impl Evidence {
    pub(super) fn gather(collector: &Collector) -> Self {
        let mut evidence = Self::default();
        for received in collector.envelopes() {
            for item in &received.envelope.items {
                evidence.add(&received, item);
            }
        }
        evidence
    }

    pub(super) fn of(&self, key: &str, trace_id: &str) -> Sent {
        let place = (key.to_owned(), trace_id.to_owned());
        self.0.get(&place).cloned().unwrap_or_default()
    }

    fn add(&mut self, received: &ReceivedEnvelope, item: &Item) {
        let Ok(json) = item.json() else { return };
        let key = received.public_key.clone().unwrap_or_default();
        let context = &json["contexts"]["trace"];
        let Self(places) = self;
        match item.item_type() {
            "event" => {
                if let Some(sent) = of(places, &key, &context["trace_id"]) {
                    sent.events.extend(text(&json["event_id"]));
                }
            }
            "transaction" => {
                if let Some(sent) = of(places, &key, &context["trace_id"]) {
                    sent.item_types.insert("transaction");
                    sent.headers.push(header(received));
                    sent.add_segment(context);
                    let spans = json["spans"].as_array().into_iter().flatten();
                    spans.for_each(|span| sent.spans.extend(text(&span["span_id"])));
                }
            }
            "span" => {
                for span in json["items"].as_array().into_iter().flatten() {
                    let Some(sent) = of(places, &key, &span["trace_id"]) else {
                        continue;
                    };
                    sent.item_types.insert("span-stream");
                    sent.headers.push(header(received));
                    sent.spans.extend(text(&span["span_id"]));
                    if span["is_segment"] == true {
                        sent.add_segment(span);
                    }
                }
            }
            _ => {}
        }
    }
}

fn of<'a>(
    places: &'a mut BTreeMap<(String, String), Sent>,
    key: &str,
    trace_id: &Value,
) -> Option<&'a mut Sent> {
    let place = (key.to_owned(), text(trace_id)?);
    Some(places.entry(place).or_default())
}

impl Sent {
    fn add_segment(&mut self, span: &Value) {
        if let Some(id) = text(&span["span_id"]) {
            self.spans.insert(id.clone());
            self.segments.push((id, text(&span["parent_span_id"])));
        }
    }
}

fn header(received: &ReceivedEnvelope) -> Option<BTreeMap<String, String>> {
    received.envelope.trace_header().map(texts)
}

/// Members as texts; other values than texts are written as JSON.
fn texts(members: &Map<String, Value>) -> BTreeMap<String, String> {
    let members = members.iter();
    members
        .map(|(name, value)| {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), value)
        })
        .collect()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
