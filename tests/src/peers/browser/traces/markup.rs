//! A trace whose texts are markup.

use std::time::{SystemTime, UNIX_EPOCH};

use sentry_trace_collector::Collector;
use serde_json::json;

/// Texts that say which of them ran, each with a word that is wider than a phone.
pub(super) fn texts() -> Vec<String> {
    let text = |number| {
        let long = "W".repeat(120);
        format!("<img src=x onerror=window.pwned={number}>{long}")
    };
    (1..=7).map(text).collect()
}

/// Sends the trace to the collector: the texts stand wherever the page shows what others sent.
pub(super) async fn send(collector: &Collector) -> Result<(), String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_err(|error| error.to_string())?.as_secs_f64();
    let texts = texts();
    let trace_id = "771a43a4192642f0b136d5159a501700";
    let transaction = json!({
        "type": "transaction",
        "transaction": texts[0],
        "server_name": texts[1],
        "start_timestamp": now,
        "timestamp": now + 0.5,
        "contexts": { "trace": {
            "trace_id": trace_id,
            "span_id": "1234567890abcdef",
            "op": texts[2],
            "status": texts[3],
        } },
        "spans": [{
            "span_id": "234567890abcdef1",
            "parent_span_id": "1234567890abcdef",
            "description": texts[4],
            "op": texts[5],
            "start_timestamp": now + 0.1,
            "timestamp": now + 0.2,
        }],
    });
    let event = json!({
        "message": texts[6],
        "contexts": { "trace": { "trace_id": trace_id, "span_id": "1234567890abcdef" } },
    });
    let envelope = format!(
        "{{}}\n{{\"type\":\"transaction\"}}\n{transaction}\n{{\"type\":\"event\"}}\n{event}\n"
    );
    let url = format!("{}/api/1/envelope/?sentry_key=public", collector.url());
    let answer = reqwest::Client::new().post(url).body(envelope).send().await;
    let answer = answer.map_err(|error| error.to_string())?;
    answer
        .error_for_status()
        .map(drop)
        .map_err(|error| error.to_string())
}
