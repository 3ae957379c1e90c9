//! The routes that all peers have.

use axum::extract::{RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use opentelemetry::trace::{SpanId, SpanKind, TraceContextExt, Tracer};
use opentelemetry::{Context, global};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::{Map, Value, json};

use crate::Error;

const NAME: &str = "sentry-trace-otel-peer";

pub(crate) fn router(provider: SdkTracerProvider) -> Router {
    Router::new()
        .route("/echo", get(echo))
        .route("/call", get(call))
        .route("/error", get(error))
        .route("/flush", get(flush))
        .with_state(provider)
}

async fn echo(request: Request) -> Json<Value> {
    let (parent, current) = begin("GET /echo", request.headers());
    Json(seen(&parent, &current, request.headers()))
}

async fn call(RawQuery(query): RawQuery, headers: HeaderMap) -> Json<Value> {
    let (parent, current) = begin("GET /call", &headers);
    let mut shown = seen(&parent, &current, &headers);
    match send(&current, query.as_deref().unwrap_or_default()).await {
        Ok((status, body)) => {
            shown["status"] = status.into();
            shown["body"] = body.into();
        }
        Err(error) => shown["error"] = error.to_string().into(),
    }
    Json(shown)
}

/// Plain OpenTelemetry has no error events.
async fn error(headers: HeaderMap) -> (StatusCode, Json<Value>) {
    _ = begin("GET /error", &headers);
    (
        StatusCode::INTERNAL_SERVER_ERROR,
        Json(json!({ "event_id": null })),
    )
}

async fn flush(State(provider): State<SdkTracerProvider>) -> Json<Value> {
    Json(json!({ "flushed": provider.force_flush().is_ok() }))
}

/// The caller's context, and the context of the server's span below it.
fn begin(name: &'static str, headers: &HeaderMap) -> (Context, Context) {
    let extractor = HeaderExtractor(headers);
    let parent = global::get_text_map_propagator(|propagator| propagator.extract(&extractor));
    (parent.clone(), below(&parent, name, SpanKind::Server))
}

fn below(parent: &Context, name: &'static str, kind: SpanKind) -> Context {
    let tracer = global::tracer(NAME);
    let builder = tracer.span_builder(name).with_kind(kind);
    parent.with_span(builder.start_with_context(&tracer, parent))
}

async fn send(current: &Context, query: &str) -> Result<(u16, String), Error> {
    let mut url = String::new();
    let mut headers = HeaderMap::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name == "url" {
            url = value.into_owned();
        } else if let Some(name) = name.strip_prefix("h.") {
            headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(&*value)?);
        }
    }
    let client = below(current, "GET", SpanKind::Client);
    inject(&client, &mut headers);
    let answer = reqwest::Client::new()
        .get(url)
        .headers(headers)
        .send()
        .await?;
    Ok((answer.status().as_u16(), answer.text().await?))
}

fn inject(context: &Context, headers: &mut HeaderMap) {
    let mut injector = HeaderInjector(headers);
    global::get_text_map_propagator(|propagator| {
        propagator.inject_context(context, &mut injector);
    });
}

fn seen(parent: &Context, current: &Context, headers: &HeaderMap) -> Value {
    let (above, span) = (parent.span().span_context().clone(), current.span());
    let span = span.span_context();
    let above = Some(above.span_id()).filter(|id| *id != SpanId::INVALID);
    let mut data = HeaderMap::new();
    inject(current, &mut data);
    json!({
        "sdk": "opentelemetry 0.33",
        "active": {
            "trace_id": span.trace_id().to_string(),
            "span_id": span.span_id().to_string(),
            "parent_span_id": above.map(|id| id.to_string()),
        },
        "trace_data": object(&data),
        "incoming": object(headers),
    })
}

/// Several lines of a header are joined by commas.
fn object(headers: &HeaderMap) -> Value {
    let lines = |name: &HeaderName| {
        let lines = headers.get_all(name).iter();
        let texts: Vec<_> = lines
            .map(|line| String::from_utf8_lossy(line.as_bytes()))
            .collect();
        texts.join(", ")
    };
    let members: Map<_, _> = headers
        .keys()
        .map(|name| (name.to_string(), lines(name).into()))
        .collect();
    members.into()
}
