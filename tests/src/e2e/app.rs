//! The service under test: what its routes do.
//!
//! Each server offers these routes, with the names in braces as placeholders: `/users/{id}` (nested), `/call`, `/echo`,
//! `/error`, `/flush`, `/spans`, `/stream`, `/status/{code}`, `/wait` and `/panic`; everything else is 404.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use sentry_trace_http::Propagation;
use sentry_trace_runtime::{
    SpanHandle, TraceFutureExt, Tracer, carry_trace, current_span, start_span,
};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::client::{Client, OutRequest};
use super::reply::{AppRequest, Body, Reply};
use super::wire::PATIENCE;

/// What `/panic` panics with, so that it can be told from a panic that nobody asked for.
pub const ASKED_TO_PANIC: &str = "the handler was asked to panic";

/// The app, with what its handlers need.
pub struct App {
    /// What the server's adapter and the client use.
    pub tracer: Tracer,
    /// What `/call` sends with.
    pub client: &'static dyn Client,
    /// Where the server listens on 127.0.0.1; 0 for a free port.
    pub port: u16,
    /// What tells the suite how far a request has come.
    pub probe: Arc<Probe>,
}

/// How far requests have come.
#[derive(Default)]
pub struct Probe {
    /// A request has reached `/wait`, or a stream that holds.
    pub waiting: Notify,
    /// The spans that were current when waiting requests were dropped.
    pub dropped_in: Mutex<Vec<SpanHandle>>,
    /// A waiting request was dropped.
    pub dropped: Notify,
}

impl App {
    /// A listener on the port that was asked for.
    pub fn listener(&self) -> TcpListener {
        TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).expect("the port is free")
    }

    /// Answers a request; `user` and `code` are placeholders that the server has read.
    pub async fn handle(self: Arc<Self>, request: AppRequest) -> Reply {
        match request.path.split('/').nth(1) {
            Some("users") => Reply::json(&self.echo(&request)),
            Some("echo") => Reply::json(&self.seen(&request)),
            Some("error") => error(),
            Some("flush") => self.flush().await,
            Some("call") => self.call(&request).await,
            Some("spans") => spans(&request).await,
            Some("stream") => self.stream(&request),
            Some("status") => status(&request),
            Some("wait") => self.wait().await,
            Some("panic") => panic!("{ASKED_TO_PANIC}"),
            _ => Reply::empty(404),
        }
    }

    /// What is current, and what came in.
    fn echo(&self, request: &AppRequest) -> Value {
        let sdk = format!(
            "sentry-trace {} {}",
            env!("CARGO_PKG_VERSION"),
            self.client.name()
        );
        json!({ "sdk": sdk, "active": active(&current_span()), "incoming": incoming(request) })
    }

    /// The same, and what would go out.
    fn seen(&self, request: &AppRequest) -> Value {
        let mut seen = self.echo(request);
        seen["trace_data"] = trace_data(&current_span());
        seen
    }

    /// Delivers what was finished so far, events of the official client too.
    async fn flush(&self) -> Reply {
        let tracer = self.tracer.clone();
        let flush = move || {
            let client = sentry::Hub::current().client();
            let events = client.is_none_or(|client| client.flush(Some(PATIENCE)));
            tracer.flush(PATIENCE) && events
        };
        let flushed = tokio::task::spawn_blocking(flush)
            .await
            .expect("flushing does not panic");
        Reply::json(&json!({ "flushed": flushed }))
    }

    /// Calls `url` with the headers `h.<name>`, and answers what came back.
    async fn call(&self, request: &AppRequest) -> Reply {
        let headers = request.query.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("h.")?;
            Some((name.to_owned(), value.clone()))
        });
        let out = OutRequest {
            method: request.value("method").unwrap_or("GET").to_owned(),
            url: request.value("url").unwrap_or_default().to_owned(),
            headers: headers.collect(),
            body: request.value("body").map(str::to_owned),
            propagation: match request.value("propagation") {
                Some("not-traced") => Propagation::NotTraced,
                Some("not-propagated") => Propagation::NotPropagated,
                _ => Propagation::Traced,
            },
        };
        let answer = self.client.send(&self.tracer, out).await;
        let mut shown = self.seen(request);
        match answer {
            Ok(answer) => {
                shown["status"] = answer.status.into();
                shown["body"] = answer.body.into();
            }
            Err(error) => shown["error"] = error.into(),
        }
        Reply::json(&shown)
    }

    /// Chunks that each name the span that was current when they were made.
    ///
    /// `fail`: an error ends the body. `hold`: the body never ends. `announced`: its length, of two chunks, is in the head.
    fn stream(self: &Arc<Self>, request: &AppRequest) -> Reply {
        let chunks = stream::iter(0..request.number("chunks")).then(|_| async {
            tokio::task::yield_now().await;
            Ok(Bytes::from(format!("{}\n", trace_id_text())))
        });
        let guard = OnDrop(self.probe.clone());
        let (fails, holds) = (
            request.value("fail").is_some(),
            request.value("hold").is_some(),
        );
        let end = stream::once(async move {
            if holds {
                guard.0.waiting.notify_one();
                std::future::pending::<()>().await;
            }
            drop(guard);
            fails.then(|| Err(std::io::Error::other("the body was asked to fail")))
        });
        let body = chunks.chain(end.filter_map(std::future::ready));
        Reply {
            status: 200,
            // Two chunks: a trace id and a line's end each.
            headers: request
                .value("announced")
                .map(|_| ("content-length", "66"))
                .into_iter()
                .collect(),
            body: Body::Stream(Box::pin(body)),
        }
    }

    async fn wait(&self) -> Reply {
        let _guard = OnDrop(self.probe.clone());
        let child = start_span("waiting").start();
        let wait = async {
            self.probe.waiting.notify_one();
            std::future::pending().await
        };
        wait.in_trace_span(child).await
    }
}

/// An error event through the official client, where one is bound.
fn error() -> Reply {
    let event_id = sentry::capture_error(&std::io::Error::other("asked for"));
    Reply {
        status: 500,
        ..Reply::json(&json!({ "event_id": event_id.simple().to_string() }))
    }
}

/// The headers; the values of several lines are joined by commas.
fn incoming(request: &AppRequest) -> Value {
    let mut headers = serde_json::Map::new();
    for (name, value) in &request.headers {
        let joined = match headers.get(name).and_then(Value::as_str) {
            Some(before) => format!("{before}, {value}"),
            None => value.clone(),
        };
        headers.insert(name.clone(), joined.into());
    }
    headers.into()
}

/// Child spans across awaits, tasks and blocking sections; `name` is in all of their names.
async fn spans(request: &AppRequest) -> Reply {
    let name = request.value("name").unwrap_or("span").to_owned();
    for step in ["awaited", "spawned", "blocking", "thread"] {
        let child = start_span(format!("{name} {step}")).op("test").start();
        match step {
            "awaited" => grandchild(name.clone()).in_trace_span(child).await,
            "spawned" => {
                let task = grandchild(name.clone()).in_trace_span(child);
                tokio::spawn(task).await.expect("the task does not panic");
            }
            "blocking" => {
                let work = carry_trace(move || drop(child));
                tokio::task::spawn_blocking(work)
                    .await
                    .expect("the closure does not panic");
            }
            _ => {
                let work = carry_trace(move || drop(child));
                std::thread::spawn(work)
                    .join()
                    .expect("the closure does not panic");
            }
        }
        tokio::task::yield_now().await;
    }
    Reply::json(&json!({ "active": active(&current_span()) }))
}

async fn grandchild(name: String) {
    tokio::task::yield_now().await;
    let child = start_span(format!("{name} grandchild")).start();
    // why: lets other requests run in between; nothing waits for a certain time
    tokio::time::sleep(Duration::from_millis(1)).await;
    drop(child);
}

/// A status code, an upgrade where it is 101, and no body.
fn status(request: &AppRequest) -> Reply {
    let code = request
        .path
        .rsplit('/')
        .next()
        .and_then(|code| code.parse().ok());
    let mut reply = Reply::empty(code.unwrap_or(400));
    if reply.status == 101 {
        reply.headers = vec![("connection", "upgrade"), ("upgrade", "test")];
    }
    reply
}

/// The current span, also when nothing is recorded.
fn active(span: &SpanHandle) -> Value {
    json!({
        "trace_id": span.trace_id().map(|id| id.to_string()),
        "span_id": span.span_id().map(|id| id.to_string()),
        "parent_span_id": span.remote_parent_span_id().map(|id| id.to_string()),
        "sampled": span.decision().to_option(),
        "recording": span.is_recording(),
    })
}

fn trace_data(span: &SpanHandle) -> Value {
    let mut shown = json!({});
    if let Some(data) = span.trace_data() {
        shown["sentry-trace"] = data.sentry_trace.into();
        let others = [("baggage", data.baggage), ("traceparent", data.traceparent)];
        for (name, value) in others {
            if let Some(value) = value {
                shown[name] = value.into();
            }
        }
    }
    shown
}

fn trace_id_text() -> String {
    current_span()
        .trace_id()
        .map_or_else(|| "none".to_owned(), |id| id.to_string())
}

/// Notes what was current when a request was dropped.
struct OnDrop(Arc<Probe>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0
            .dropped_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(current_span());
        self.0.dropped.notify_one();
    }
}
