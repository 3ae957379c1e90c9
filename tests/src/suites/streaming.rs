//! When a transaction ends: with the body (rule R10).

use sentry_trace_runtime::Options;
use sentry_trace_runtime::transaction::Transaction;

use super::check::{Check, equal, holds};
use super::end_to_end::EndToEndCase;
use crate::e2e::wire::PATIENCE;
use crate::e2e::{Pair, Service};
use crate::vectors::Vectors;

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("stream-ends", stream_ends),
        EndToEndCase::new("open-stream-is-not-finished", open_stream),
        EndToEndCase::new("stream-fails", stream_fails),
        EndToEndCase::new("empty-body", empty_body),
        EndToEndCase::new("204", |pair| no_body(pair, 204)),
        EndToEndCase::new("304", |pair| no_body(pair, 304)),
        EndToEndCase::new("head", head),
        EndToEndCase::new("upgrade", upgrade),
        EndToEndCase::new("stream-of-announced-length", announced_length),
        EndToEndCase::new("nothing-is-changed", nothing_is_changed),
    ]
}

fn sampled() -> Options {
    Options::new().traces_sample_rate(1.0)
}

fn status(transaction: &Transaction) -> &'static str {
    transaction
        .root
        .status
        .map_or("none", |status| status.as_str())
}

async fn stream_ends(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    let answer = service.get("/stream?chunks=5", &[]).await;
    let transaction = service.transaction().await;
    equal("status", status(&transaction), "ok")?;
    let expected = format!("{}\n", transaction.trace_id).repeat(5);
    equal(
        "each chunk is made in its own trace",
        answer.text(),
        expected,
    )
}

async fn announced_length(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    let answer = service.get("/stream?chunks=2&announced=1", &[]).await;
    equal("bytes", answer.body.len(), 66)?;
    equal("status", status(&service.transaction().await), "ok")
}

async fn open_stream(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    let mut wire = service.connect().await;
    wire.send("GET", "/stream?chunks=1&hold=1", &[]).await;
    service.probe.waiting.notified().await;
    wire.read_until(b"\n\r\n").await;
    equal(
        "transactions while it streams",
        service.recorded_now().len(),
        0,
    )?;
    drop(wire);
    equal(
        "status when the client goes away",
        status(&service.transaction().await),
        "cancelled",
    )
}

async fn stream_fails(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    service.get("/stream?chunks=2&fail=1", &[]).await;
    let transaction = service.transaction().await;
    equal("status", status(&transaction), "internal_error")?;
    let code = transaction
        .root
        .data
        .get("http.response.status_code")
        .and_then(sentry_trace_runtime::Value::as_integer);
    equal("the code that was sent stays", code, Some(200))
}

async fn empty_body(pair: Pair) -> Check {
    no_body(pair, 200).await
}

async fn no_body(pair: Pair, code: u16) -> Check {
    let service = Service::start(&pair, sampled());
    let answer = service.get(&format!("/status/{code}"), &[]).await;
    equal(
        "what the client gets",
        (answer.status, answer.body.len()),
        (code, 0),
    )?;
    equal("status", status(&service.transaction().await), "ok")
}

async fn head(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled().trace_ignore_methods([""; 0]));
    let answer = service.request("HEAD", "/users/7", &[]).await;
    equal("no body", (answer.status, answer.body.len()), (200, 0))?;
    equal("status", status(&service.transaction().await), "ok")
}

async fn upgrade(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    let mut wire = service.connect().await;
    wire.send("GET", "/status/101", &[("upgrade", "test")])
        .await;
    wire.read_until(b"101").await;
    // The connection is still open: the transaction does not wait for it.
    let transaction = tokio::time::timeout(PATIENCE, service.transaction()).await;
    holds("a transaction", transaction.is_ok(), "none")?;
    drop(wire);
    Ok(())
}

async fn nothing_is_changed(pair: Pair) -> Check {
    let traced = Service::start(&pair, sampled());
    let untraced = Service::start(&pair, Options::new());
    for path in [
        "/status/200",
        "/status/204",
        "/status/503",
        "/nowhere",
        "/stream?chunks=0",
    ] {
        let (with, without) = (traced.get(path, &[]).await, untraced.get(path, &[]).await);
        equal("status", with.status, without.status)?;
        equal("body", with.body, without.body)?;
        let names = |answer: &[(String, String)]| {
            answer
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        equal("headers", names(&with.headers), names(&without.headers))?;
    }
    let lengths = traced.get("/users/7", &[]).await;
    holds(
        "a known length stays known",
        lengths
            .headers
            .iter()
            .any(|(name, _)| name == "content-length"),
        &lengths,
    )
}
