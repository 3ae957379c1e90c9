//! Requests at the same time: no span in another's transaction, and none lost.

use std::collections::HashSet;

use sentry_trace_runtime::Options;

use super::check::{Check, equal, holds};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::Vectors;

/// Requests at the same time.
const REQUESTS: usize = 200;

/// What `/spans` starts for each request.
const STEPS: [&str; 6] = [
    "awaited",
    "grandchild",
    "spawned",
    "grandchild",
    "blocking",
    "thread",
];

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("200-interleaved-requests", interleaved),
        EndToEndCase::new("200-interleaved-calls", calls),
    ]
}

async fn interleaved(pair: Pair) -> Check {
    let service = std::sync::Arc::new(Service::start(
        &pair,
        Options::new().traces_sample_rate(1.0),
    ));
    let requests = (0..REQUESTS).map(|number| {
        let service = service.clone();
        tokio::spawn(async move {
            let header = format!("{:032x}-1234567890abcdef-1", number + 1);
            service
                .get(
                    &format!("/spans?name=request-{number}"),
                    &[("sentry-trace", &header)],
                )
                .await
        })
    });
    for request in requests.collect::<Vec<_>>() {
        let answer = request.await.expect("a request does not panic");
        equal("status", answer.status, 200)?;
    }
    let transactions = service.transactions(REQUESTS).await;
    equal("transactions", transactions.len(), REQUESTS)?;
    for transaction in transactions {
        let number = u128::from_be_bytes(transaction.trace_id.to_bytes()) - 1;
        let names: Vec<_> = transaction
            .spans
            .iter()
            .map(|span| span.name.to_string())
            .collect();
        let expected: Vec<_> = STEPS
            .iter()
            .map(|step| format!("request-{number} {step}"))
            .collect();
        equal("spans", names, expected)?;
        let ids: HashSet<_> = transaction
            .spans
            .iter()
            .map(|span| Some(span.span_id))
            .collect();
        let root = Some(transaction.root.span_id);
        for span in &transaction.spans {
            let is_grandchild = span.name.ends_with("grandchild");
            let parent_is_right = if is_grandchild {
                ids.contains(&span.parent_span_id)
            } else {
                span.parent_span_id == root
            };
            holds("parents within the transaction", parent_is_right, span)?;
        }
    }
    Ok(())
}

async fn calls(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = std::sync::Arc::new(Service::start(
        &pair,
        Options::new().traces_sample_rate(1.0),
    ));
    let requests = (0..REQUESTS).map(|number| {
        let (service, url) = (service.clone(), target.url(&format!("/{number}")));
        tokio::spawn(async move {
            let header = format!("{:032x}-1234567890abcdef-1", number + 1);
            service.call(&url, &[("sentry-trace", &header)], &[]).await
        })
    });
    for request in requests.collect::<Vec<_>>() {
        request.await.expect("a request does not panic");
    }
    for received in target.requests() {
        let number: usize = received
            .target
            .trim_start_matches('/')
            .parse()
            .unwrap_or_default();
        let expected = format!("{:032x}", number + 1);
        equal(
            "the trace of its own request",
            received
                .one("sentry-trace")
                .and_then(|header| header.get(..32)),
            Some(expected.as_str()),
        )?;
    }
    equal("calls", target.requests().len(), REQUESTS)
}
