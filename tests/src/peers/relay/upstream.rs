//! What stands behind Relay: it lets Relay in, says what its projects are, and keeps what Relay sends on.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::Uri;
use axum::{Json, Router};
use sentry_trace_collector::envelope::Envelope;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::config;

/// The upstream of one Relay.
pub(super) struct Upstream {
    pub(super) address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    /// Relay's own, as it has made them.
    credentials: Value,
    received: Received,
}

/// What Relay sent on.
#[derive(Clone, Debug, Default)]
pub(super) struct Received {
    pub(super) items: Vec<Item>,
    pub(super) outcomes: Vec<Outcome>,
    /// Envelopes that are none.
    pub(super) unreadable: Vec<String>,
}

/// An item, with the `trace` header of its envelope.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) kind: String,
    pub(super) trace: Value,
    pub(super) payload: Value,
}

/// So much that Relay dropped, or was told to be lost.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// `invalid`, `rate_limited` or `client_discard` for example.
    pub(super) kind: String,
    pub(super) reason: String,
    pub(super) category: &'static str,
    pub(super) quantity: u64,
}

impl Upstream {
    pub(super) async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::<Mutex<Shared>>::default();
        let router = Router::new()
            .fallback(answer)
            .layer(DefaultBodyLimit::disable())
            .with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { address, shared })
    }

    /// Lets the Relay with these credentials in.
    pub(super) fn trust(&self, credentials: &Value) {
        lock(&self.shared).credentials = credentials.clone();
    }

    pub(super) fn received(&self) -> Received {
        lock(&self.shared).received.clone()
    }
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(State(shared): State<Arc<Mutex<Shared>>>, uri: Uri, body: Bytes) -> Json<Value> {
    let mut shared = lock(&shared);
    if uri.path().ends_with("/envelope/") {
        shared.received.add(&body);
        return Json(json!({}));
    }
    let question = serde_json::from_slice(&body).unwrap_or_default();
    Json(about_relay(uri.path(), &question, &shared.credentials))
}

/// What Relay asks before it takes anything (Relay, `relay-auth` and `services/projects/source/upstream.rs`).
fn about_relay(path: &str, question: &Value, credentials: &Value) -> Value {
    match path {
        "/api/0/relays/register/challenge/" => {
            json!({ "relay_id": question["relay_id"], "token": "token" })
        }
        "/api/0/relays/register/response/" => json!({ "relay_id": question["relay_id"] }),
        "/api/0/relays/projectconfigs/" => {
            let keys = question["publicKeys"].as_array().into_iter().flatten();
            let keys = keys.filter_map(Value::as_str);
            let own = &credentials["public_key"];
            let configs: Map<_, _> = keys
                .map(|key| (key.to_owned(), config::project(key, own)))
                .collect();
            json!({ "configs": configs, "pending": [], "unchanged": [], "global": {} })
        }
        _ => json!({ "is_healthy": true }),
    }
}

impl Received {
    fn add(&mut self, bytes: &[u8]) {
        let envelope = match Envelope::parse(bytes) {
            Ok(envelope) => envelope,
            Err(error) => return self.unreadable.push(error.to_string()),
        };
        let trace = envelope.header.get("trace").cloned().unwrap_or_default();
        for item in &envelope.items {
            let payload = item.json().unwrap_or_default();
            match item.item_type() {
                "metric_buckets" => self.outcomes.extend(outcomes(&payload)),
                kind => self.items.push(Item {
                    kind: kind.to_owned(),
                    trace: trace.clone(),
                    payload,
                }),
            }
        }
    }
}

/// Relay counts outcomes as metrics: `c:outcomes/<kind>@none`, with the reason and the number of the category as tags.
fn outcomes(buckets: &Value) -> Vec<Outcome> {
    let outcome = |bucket: &Value| {
        let name = bucket["name"].as_str()?.strip_prefix("c:outcomes/")?;
        let text = |tag: &str| bucket["tags"][tag].as_str().unwrap_or_default();
        Some(Outcome {
            kind: name.strip_suffix("@none").unwrap_or(name).to_owned(),
            reason: text("reason").to_owned(),
            category: category(text("category")),
            quantity: bucket["value"].as_f64()? as u64,
        })
    };
    buckets
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(outcome)
        .collect()
}

/// Relay, `DataCategory`.
fn category(number: &str) -> &'static str {
    match number {
        "2" => "transaction",
        "9" => "transaction_indexed",
        "12" => "span",
        "16" => "span_indexed",
        _ => "other",
    }
}
