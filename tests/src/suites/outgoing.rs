//! Outgoing headers beside those of the caller (rules R8 and R9).

use sentry_trace_core::status::SpanStatus;
use sentry_trace_runtime::Options;
use serde_json::Value;

use super::check::{Check, equal, holds};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::Vectors;

const INCOMING: [(&str, &str); 2] = [
    (
        "sentry-trace",
        "771a43a4192642f0b136d5159a501700-1234567890abcdef-1",
    ),
    ("baggage", "sentry-sample_rand=0.5"),
];

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("hand-made-pair", hand_made_pair),
        EndToEndCase::new("foreign-baggage-byte-for-byte", foreign_baggage),
        EndToEndCase::new("signed-headers", signed_headers),
        EndToEndCase::new("traceparent", traceparent),
        EndToEndCase::new("traceparent-of-the-caller", own_traceparent),
        EndToEndCase::new("own-dsn", own_dsn),
        EndToEndCase::new("no-targets", no_targets),
        EndToEndCase::new("regex-target", regex_target),
        EndToEndCase::new("not-traced", not_traced),
        EndToEndCase::new("not-propagated", not_propagated),
        EndToEndCase::new("client-span", client_span),
        EndToEndCase::new("no-answer", no_answer),
        EndToEndCase::new("client-error", client_error),
        EndToEndCase::new("ignored-method-propagates", ignored_method),
    ]
}

fn sampled() -> Options {
    Options::new().traces_sample_rate(1.0)
}

async fn hand_made_pair(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled().propagate_traceparent(true));
    let own = [
        ("sentry-trace", "mine"),
        ("baggage", "sentry-release=mine, x=1"),
    ];
    service.call(&target.url("/"), &INCOMING, &own).await;
    equal(
        "headers",
        target.request().trace_headers(),
        [("baggage", own[1].1), ("sentry-trace", "mine")],
    )
}

async fn foreign_baggage(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled());
    let own = [("baggage", "a=1;p=2 , ,b, c=%zz,sentry-old=1")];
    service.call(&target.url("/"), &INCOMING, &own).await;
    equal(
        "baggage",
        target.request().one("baggage"),
        Some("a=1;p=2 , ,b, c=%zz,sentry-sample_rand=0.5"),
    )
}

async fn signed_headers(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled().propagate_traceparent(true));
    let signature =
        "AWS4-HMAC-SHA256 Credential=x/y, SignedHeaders=host;BAGGAGE;sentry-trace, Signature=z";
    let own = [("authorization", signature), ("baggage", "a=1")];
    service.call(&target.url("/"), &INCOMING, &own).await;
    let received = target.request();
    equal("baggage", received.one("baggage"), Some("a=1"))?;
    equal("sentry-trace", received.one("sentry-trace"), None)?;
    holds(
        "traceparent is not signed",
        received.one("traceparent").is_some(),
        &received,
    )
}

async fn traceparent(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled().propagate_traceparent(true));
    service.call(&target.url("/"), &INCOMING, &[]).await;
    let received = target.request();
    let header = received.one("sentry-trace").unwrap_or_default();
    let expected = format!("00-{}-01", header.get(..49).unwrap_or_default());
    equal(
        "traceparent",
        received.one("traceparent"),
        Some(expected.as_str()),
    )
}

async fn own_traceparent(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled().propagate_traceparent(true));
    service
        .call(&target.url("/"), &INCOMING, &[("traceparent", "mine")])
        .await;
    equal(
        "traceparent",
        target.request().one("traceparent"),
        Some("mine"),
    )
}

async fn own_dsn(pair: Pair) -> Check {
    let (dsn, neighbour) = (Recorder::start().await, Recorder::start().await);
    let own = dsn.url("/1").replace("://", "://key@");
    let service = Service::start(&pair, sampled().dsn(own));
    service
        .call(&dsn.url("/api/1/envelope/"), &INCOMING, &[])
        .await;
    service.call(&neighbour.url("/"), &INCOMING, &[]).await;
    equal("to the DSN", dsn.request().trace_headers().len(), 0)?;
    equal(
        "to another port",
        neighbour.request().trace_headers().len(),
        2,
    )
}

async fn no_targets(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled().trace_propagation_targets([""; 0]));
    service
        .call(
            &target.url("/"),
            &INCOMING,
            &[("baggage", "a=1,,sentry-b=2")],
        )
        .await;
    equal(
        "headers",
        target.request().trace_headers(),
        [("baggage", "a=1,,sentry-b=2")],
    )
}

async fn regex_target(pair: Pair) -> Check {
    use sentry_trace_core::targets::Target;
    let target = Recorder::start().await;
    let options =
        sampled().trace_propagation_targets([Target::regex(r"^http://127\.0\.0\.1:\d+/v[2-4]\b")]);
    let service = Service::start(&pair, options);
    for path in ["/v1", "/v2?x=1", "/other/v2"] {
        service.call(&target.url(path), &INCOMING, &[]).await;
    }
    let counts: Vec<_> = target
        .requests()
        .iter()
        .map(|request| request.trace_headers().len())
        .collect();
    equal("headers of each request", counts, [0, 2, 0])
}

async fn not_traced(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled());
    let url = target.url("/");
    service
        .call_with(
            &[("url", &url), ("propagation", "not-traced")],
            &INCOMING,
            &[],
        )
        .await;
    equal("headers", target.request().trace_headers().len(), 0)?;
    equal("spans", service.transaction().await.spans.len(), 0)
}

async fn not_propagated(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled());
    let url = target.url("/");
    service
        .call_with(
            &[("url", &url), ("propagation", "not-propagated")],
            &INCOMING,
            &[],
        )
        .await;
    equal("headers", target.request().trace_headers().len(), 0)?;
    equal("spans", service.transaction().await.spans.len(), 1)
}

async fn client_span(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled());
    let url = target.url("/some/path");
    service
        .call(&format!("{url}?secret=1#fragment"), &INCOMING, &[])
        .await;
    let span = service.transaction().await.spans.remove(0);
    equal("op", &*span.op, "http.client")?;
    equal("name", &*span.name, format!("GET {url}"))?;
    equal(
        "origin",
        &*span.origin,
        format!("auto.http.{}", origin(pair)),
    )?;
    equal("status", span.status.map(SpanStatus::as_str), Some("ok"))?;
    let text = |key| {
        span.data
            .get(key)
            .and_then(|value| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    equal("method", text("http.request.method"), "GET")?;
    equal("url.full without the query", text("url.full"), url)?;
    equal("server.address", text("server.address"), "127.0.0.1")?;
    let number = |key| {
        span.data
            .get(key)
            .and_then(sentry_trace_runtime::Value::as_integer)
    };
    equal(
        "status code",
        number("http.response.status_code"),
        Some(200),
    )?;
    holds("server.port", number("server.port").is_some(), &span.data)
}

/// What the adapter of a client calls itself.
fn origin(pair: Pair) -> &'static str {
    pair.client.name().split('-').next().unwrap_or_default()
}

async fn no_answer(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    // Nobody listens on the port of a listener that is gone.
    let gone =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let url = format!("http://{}/", gone.expect("a free port"));
    let answer = service.call(&url, &INCOMING, &[]).await;
    holds(
        "an error for the caller",
        answer["error"].is_string(),
        &answer,
    )?;
    let span = service.transaction().await.spans.remove(0);
    equal(
        "status",
        span.status.map(SpanStatus::as_str),
        Some("internal_error"),
    )
}

async fn client_error(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled());
    let answer = service
        .call(&target.url("/?status=429"), &INCOMING, &[])
        .await;
    equal("what the caller gets", &answer["status"], &Value::from(429))?;
    let span = service.transaction().await.spans.remove(0);
    equal(
        "status",
        span.status.map(SpanStatus::as_str),
        Some("resource_exhausted"),
    )
}

async fn ignored_method(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, sampled());
    let url: String = url::form_urlencoded::byte_serialize(target.url("/").as_bytes()).collect();
    service
        .request("OPTIONS", &format!("/call?url={url}"), &INCOMING)
        .await;
    let received = target.request();
    holds(
        "continued",
        received
            .one("sentry-trace")
            .is_some_and(|out| out.starts_with(&INCOMING[0].1[..32])),
        &received,
    )?;
    equal("baggage", received.one("baggage"), Some(INCOMING[1].1))?;
    equal("transactions", service.recorded_now().len(), 0)
}
