//! A plain HTTP client and hand-written envelopes.
#![allow(dead_code, clippy::unwrap_used)]

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use sentry_trace_collector::Collector;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Long enough for a busy machine; only a failing test waits for its end.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) const TRACE: &str = "771a43a4192642f0b136d5159a501700";

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether the body has as many bytes as the head announces.
    pub(crate) fn is_whole(&self) -> bool {
        self.header("content-length")
            .is_none_or(|length| length.parse() == Ok(self.body.len()))
    }
}

/// Sends one request on a connection of its own; `None` where it is closed without an answer.
pub(crate) async fn send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Option<Answer>> {
    let mut stream = TcpStream::connect(address).await?;
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(answer(&bytes))
}

fn answer(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(k, v)| (k.into(), v.into()))
        .collect();
    Some(Answer {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    })
}

pub(crate) async fn post(collector: &Collector, body: &[u8]) -> Answer {
    send(collector.address(), "POST", "/api/1/envelope/", &[], body)
        .await
        .unwrap()
        .unwrap()
}

pub(crate) async fn get(collector: &Collector, path: &str) -> Answer {
    send(collector.address(), "GET", path, &[], b"")
        .await
        .unwrap()
        .unwrap()
}

pub(crate) fn item(item_type: &str, payload: &Value) -> String {
    let payload = payload.to_string();
    format!(
        "{{\"type\":\"{item_type}\",\"length\":{}}}\n{payload}\n",
        payload.len()
    )
}

pub(crate) fn envelope(items: &[String]) -> Vec<u8> {
    format!("{{}}\n{}", items.concat()).into_bytes()
}

/// A transaction of `TRACE`; the times are milliseconds after the trace's start.
pub(crate) struct Sent(Value);

pub(crate) fn transaction(
    service: &str,
    name: &str,
    span_id: &str,
    parent: Option<&str>,
    from: f64,
    to: f64,
) -> Sent {
    Sent(json!({
        "event_id": format!("{span_id}{span_id}"),
        "transaction": name,
        "server_name": service,
        "start_timestamp": seconds(from),
        "timestamp": seconds(to),
        "contexts": { "trace": {
            "trace_id": TRACE, "span_id": span_id, "parent_span_id": parent, "op": "http.server", "status": "ok",
        }},
        "spans": [],
    }))
}

impl Sent {
    pub(crate) fn with(mut self, pointer: &str, value: Value) -> Self {
        *self.0.pointer_mut(pointer).unwrap() = value;
        self
    }

    pub(crate) fn span(
        mut self,
        op: &str,
        name: &str,
        span_id: &str,
        parent: &str,
        from: f64,
        to: f64,
    ) -> Self {
        self.0["spans"].as_array_mut().unwrap().push(json!({
            "span_id": span_id, "parent_span_id": parent, "op": op, "description": name, "status": "ok",
            "start_timestamp": seconds(from), "timestamp": seconds(to),
        }));
        self
    }

    pub(crate) fn json(&self) -> &Value {
        &self.0
    }

    pub(crate) fn envelope(&self) -> Vec<u8> {
        envelope(&[item("transaction", &self.0)])
    }
}

fn seconds(milliseconds: f64) -> f64 {
    1_700_000_000.0 + milliseconds / 1000.0
}
