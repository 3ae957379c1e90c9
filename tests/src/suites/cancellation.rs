//! A client that goes away: one finished transaction, with its own trace and data (rule R10).

use std::sync::PoisonError;

use sentry_trace_core::status::SpanStatus;
use sentry_trace_runtime::{Options, SpanHandle};

use super::check::{Check, equal, holds};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Service};
use crate::vectors::Vectors;

const HEADER: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("in-the-handler", in_the_handler),
        EndToEndCase::new("in-the-body", in_the_body),
        EndToEndCase::new("many-at-once", many_at_once),
        EndToEndCase::new("before-the-request-is-whole", before_the_request),
    ]
}

fn sampled() -> Options {
    Options::new().traces_sample_rate(1.0)
}

async fn in_the_handler(pair: Pair) -> Check {
    broken_off(pair, "/wait").await
}

async fn in_the_body(pair: Pair) -> Check {
    broken_off(pair, "/stream?chunks=1&hold=1").await
}

async fn broken_off(pair: Pair, path: &str) -> Check {
    let service = Service::start(&pair, sampled());
    let mut wire = service.connect().await;
    wire.send(
        "GET",
        path,
        &[("sentry-trace", HEADER), ("user-agent", "suite/1")],
    )
    .await;
    service.probe.waiting.notified().await;
    drop(wire);
    let transaction = service.transaction().await;
    equal(
        "status",
        transaction.root.status.map(SpanStatus::as_str),
        Some("cancelled"),
    )?;
    equal(
        "its own trace",
        transaction.trace_id.to_string(),
        &HEADER[..32],
    )?;
    let agent = transaction
        .root
        .data
        .get("user_agent.original")
        .and_then(|value| value.as_str());
    equal("its own data", agent, Some("suite/1"))?;
    service.probe.dropped.notified().await;
    let dropped_in = service
        .probe
        .dropped_in
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let traces: Vec<_> = dropped_in.iter().filter_map(SpanHandle::trace_id).collect();
    equal(
        "what was current when the request was dropped",
        traces,
        [transaction.trace_id],
    )?;
    for span in transaction.spans {
        equal(
            "open children",
            span.status.map(SpanStatus::as_str),
            Some("cancelled"),
        )?;
    }
    Ok(())
}

async fn many_at_once(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    let mut wires = Vec::new();
    for number in 1..=20 {
        let mut wire = service.connect().await;
        let header = format!("{number:032x}-1234567890abcdef-1");
        wire.send("GET", "/wait", &[("sentry-trace", &header)])
            .await;
        service.probe.waiting.notified().await;
        wires.push(wire);
    }
    drop(wires);
    let transactions = service.transactions(20).await;
    let mut traces: Vec<_> = transactions
        .iter()
        .map(|transaction| transaction.trace_id.to_string())
        .collect();
    traces.sort();
    let expected: Vec<_> = (1..=20).map(|number| format!("{number:032x}")).collect();
    equal("one transaction for each", traces, expected)
}

async fn before_the_request(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    drop(service.connect().await);
    // The next request is served, so that the one that never came would have been recorded before.
    service.get("/users/7", &[]).await;
    let transactions = service.transactions(1).await;
    holds(
        "nothing but the whole request",
        transactions.len() == 1,
        &transactions,
    )
}
