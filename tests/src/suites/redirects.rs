//! Redirects: each hop is decided anew by its own URL (rule R8).

use sentry_trace_runtime::Options;
use serde_json::Value;

use super::check::{Check, equal, holds};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::Vectors;

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("to-a-host-that-does-not-match", away),
        EndToEndCase::new("there-and-back", back),
        EndToEndCase::new("from-a-host-that-does-not-match", home),
        EndToEndCase::new("baggage-of-the-caller-travels", foreign),
        EndToEndCase::new("credentials-stay-behind", credentials),
        EndToEndCase::new("post-becomes-get", post),
        EndToEndCase::new("307-keeps-method", keeps_method),
        EndToEndCase::new("a-span-for-each-hop", spans),
        EndToEndCase::new("an-opt-out-holds-for-each-hop", opt_out),
    ]
}

/// Only the first recorder's host matches.
fn options() -> Options {
    Options::new()
        .traces_sample_rate(1.0)
        .trace_propagation_targets(["http://127.0.0.1:"])
}

async fn away(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options().propagate_traceparent(true));
    let answer = service
        .call(&ours.redirect_to(302, &other.url("/")), &[], &[])
        .await;
    equal("the client gets", &answer["body"], &Value::from("recorded"))?;
    equal("the matching hop", ours.request().trace_headers().len(), 3)?;
    equal("the other hop", other.request().trace_headers().len(), 0)
}

async fn back(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    let back = other.redirect_to(302, &ours.url("/end"));
    service.call(&ours.redirect_to(302, &back), &[], &[]).await;
    equal("the other hop", other.request().trace_headers().len(), 0)?;
    let requests = ours.requests();
    let counts: Vec<_> = requests
        .iter()
        .map(|request| request.trace_headers().len())
        .collect();
    equal("the matching hops", counts, [2, 2])?;
    let span = |at: usize| {
        requests[at]
            .one("sentry-trace")
            .and_then(|header| header.get(33..49))
    };
    holds(
        "a span of its own for each hop",
        span(0) != span(1),
        (span(0), span(1)),
    )
}

async fn home(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    service
        .call(&other.redirect_to(302, &ours.url("/")), &[], &[])
        .await;
    equal("the other hop", other.request().trace_headers().len(), 0)?;
    equal("the matching hop", ours.request().trace_headers().len(), 2)
}

async fn foreign(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    service
        .call(
            &ours.redirect_to(302, &other.url("/")),
            &[],
            &[("baggage", "mine=1")],
        )
        .await;
    let received = ours.request();
    holds(
        "merged",
        received
            .one("baggage")
            .is_some_and(|value| value.starts_with("mine=1,sentry-")),
        &received,
    )?;
    equal(
        "the caller's alone",
        other.request().trace_headers(),
        [("baggage", "mine=1")],
    )
}

async fn credentials(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    let own = [("authorization", "Bearer x"), ("x-mine", "1")];
    service
        .call(&ours.redirect_to(302, &other.url("/")), &[], &own)
        .await;
    equal(
        "at home",
        ours.request().one("authorization"),
        Some("Bearer x"),
    )?;
    let received = other.request();
    equal("abroad", received.one("authorization"), None)?;
    equal("other headers travel", received.one("x-mine"), Some("1"))
}

async fn post(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    let url = ours.redirect_to(303, &other.url("/"));
    service
        .call_with(
            &[("url", &url), ("method", "POST"), ("body", "text")],
            &[],
            &[],
        )
        .await;
    equal("the first hop", ours.request().method, "POST")?;
    let received = other.request();
    equal("the second hop", &*received.method, "GET")?;
    holds(
        "no body",
        received
            .one("content-length")
            .is_none_or(|length| length == "0"),
        &received,
    )
}

async fn keeps_method(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    let url = ours.redirect_to(307, &other.url("/"));
    service
        .call_with(
            &[("url", &url), ("method", "POST"), ("body", "text")],
            &[],
            &[],
        )
        .await;
    let received = other.request();
    equal("the method", &*received.method, "POST")?;
    equal("the body", received.one("content-length"), Some("4"))
}

async fn spans(pair: Pair) -> Check {
    let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
    let service = Service::start(&pair, options());
    service
        .call(&ours.redirect_to(302, &other.url("/")), &[], &[])
        .await;
    let transaction = service.transaction().await;
    let codes: Vec<_> = transaction
        .spans
        .iter()
        .filter_map(|span| span.data.get("http.response.status_code")?.as_integer())
        .collect();
    equal("status codes of the spans", codes, [302, 200])?;
    let header = ours
        .request()
        .one("sentry-trace")
        .and_then(|header| header.get(33..49))
        .map(str::to_owned);
    equal(
        "the first hop's span",
        header,
        Some(transaction.spans[0].span_id.to_string()),
    )
}

/// Every host matches, and still no hop gets a header.
async fn opt_out(pair: Pair) -> Check {
    for (propagation, spans) in [("not-traced", 0), ("not-propagated", 3)] {
        let (ours, other) = (Recorder::start().await, Recorder::start_elsewhere().await);
        let service = Service::start(&pair, Options::new().traces_sample_rate(1.0));
        let back = other.redirect_to(302, &ours.url("/end"));
        let url = ours.redirect_to(302, &back);
        let parameters = [("url", url.as_str()), ("propagation", propagation)];
        let answer = service.call_with(&parameters, &[], &[]).await;
        equal("the client gets", &answer["body"], &Value::from("recorded"))?;
        let hops = [ours.requests(), other.requests()].concat();
        let counts: Vec<_> = hops.iter().map(|hop| hop.trace_headers().len()).collect();
        equal("headers of each hop", counts, [0, 0, 0])?;
        let transaction = service.transaction().await;
        equal("spans", transaction.spans.len(), spans)?;
    }
    Ok(())
}
