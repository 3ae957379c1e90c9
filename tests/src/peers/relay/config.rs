//! The projects that Relay serves, and its own settings.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::{Value, json};

/// How long deliveries may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The key of the project that takes everything.
pub(super) const KEY: &str = "5e3f6a6dddb0424fb19a459cf11eb446";

/// The key of the project that takes no transactions.
pub(super) const LIMITED_KEY: &str = "c20059a2e8524ca3b61236c0b2b9ca76";

/// Why it takes none.
pub(super) const LIMIT: &str = "none_left";

/// The DSN of one of the projects.
pub(super) fn dsn(relay: SocketAddr, key: &str) -> String {
    format!("http://{key}@{relay}/{}", project_id(key))
}

fn project_id(key: &str) -> u32 {
    if key == LIMITED_KEY { 2 } else { 1 }
}

/// What Relay asks its upstream about a project; `relay` is its own public key.
pub(super) fn project(key: &str, relay: &Value) -> Value {
    let quotas = match key {
        LIMITED_KEY => json!([{
            "id": "transactions",
            "scope": "key",
            "categories": ["transaction"],
            "limit": 0,
            "reasonCode": LIMIT,
        }]),
        _ => json!([]),
    };
    json!({
        "projectId": project_id(key),
        "organizationId": 1,
        "slug": "project",
        "publicKeys": [{ "publicKey": key, "isEnabled": true, "numericId": project_id(key) }],
        "rev": "1",
        "disabled": false,
        "lastFetch": "2026-01-01T00:00:00Z",
        "lastChange": "2026-01-01T00:00:00Z",
        "config": { "allowedDomains": ["*"], "trustedRelays": [relay], "quotas": quotas },
    })
}

/// Relay's settings; JSON is YAML.
pub(super) fn settings(own: SocketAddr, upstream: SocketAddr) -> Value {
    json!({
        "relay": {
            "mode": "managed",
            "upstream": format!("http://{upstream}"),
            "host": own.ip(),
            "port": own.port(),
        },
        "sentry": { "enabled": false },
        "logging": { "level": "info" },
        "http": { "encoding": "identity" },
        "cache": { "batch_interval": 0 },
        "normalization": { "level": "full" },
        "outcomes": { "emit_outcomes": true },
        "aggregator": { "bucket_interval": 1, "initial_delay": 0 },
    })
}
