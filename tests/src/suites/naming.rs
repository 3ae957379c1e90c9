//! Names, data and status of transactions (rule R10).

use sentry_trace_runtime::transaction::{Transaction, TransactionSource};
use sentry_trace_runtime::{Options, StatusCodes, Value};

use super::check::{Check, equal};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Service};
use crate::vectors::Vectors;

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("nested-route", nested_route),
        EndToEndCase::new("no-route", no_route),
        EndToEndCase::new("data", data),
        EndToEndCase::new("personal-data-on-demand", personal_data),
        EndToEndCase::new("statuses", statuses),
        EndToEndCase::new("ignored-status-codes", ignored_status_codes),
        EndToEndCase::new("ignored-methods", ignored_methods),
        EndToEndCase::new("panic", panics),
    ]
}

fn sampled() -> Options {
    Options::new().traces_sample_rate(1.0)
}

fn text(transaction: &Transaction, key: &str) -> String {
    transaction
        .root
        .data
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or("nothing")
        .to_owned()
}

fn status(transaction: &Transaction) -> &'static str {
    transaction
        .root
        .status
        .map_or("none", |status| status.as_str())
}

async fn nested_route(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    service.get("/users/7?x=1", &[]).await;
    let transaction = service.transaction().await;
    equal("name", &*transaction.root.name, "GET /users/{id}")?;
    equal("source", transaction.source, TransactionSource::Route)?;
    equal(
        "http.route",
        text(&transaction, "http.route"),
        "/users/{id}",
    )
}

async fn no_route(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled().trace_ignore_status_codes([599]));
    let answer = service.get("/nowhere/7?x=1", &[]).await;
    equal("status", answer.status, 404)?;
    let transaction = service.transaction().await;
    equal("name", &*transaction.root.name, "GET /nowhere/7")?;
    equal("source", transaction.source, TransactionSource::Url)?;
    equal("status", status(&transaction), "not_found")
}

async fn data(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    service
        .get("/users/7?secret=1", &[("user-agent", "suite/1")])
        .await;
    let transaction = service.transaction().await;
    equal("op", &*transaction.root.op, "http.server")?;
    equal("origin", &*transaction.root.origin, pair.server.origin())?;
    equal("status", status(&transaction), "ok")?;
    equal("method", text(&transaction, "http.request.method"), "GET")?;
    equal("path", text(&transaction, "url.path"), "/users/7")?;
    equal("host", text(&transaction, "server.address"), "service.test")?;
    equal(
        "version",
        text(&transaction, "network.protocol.version"),
        "1.1",
    )?;
    equal(
        "agent",
        text(&transaction, "user_agent.original"),
        "suite/1",
    )?;
    equal(
        "code",
        transaction.root.data.get("http.response.status_code"),
        Some(&Value::from(200)),
    )?;
    let whole = format!("{transaction:?}");
    equal("the query is nowhere", whole.contains("secret"), false)
}

async fn personal_data(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled().send_default_pii(true));
    service
        .get(
            "/users/7?q=1",
            &[("cookie", "sid=secret"), ("authorization", "secret")],
        )
        .await;
    let transaction = service.transaction().await;
    equal("query", text(&transaction, "url.query"), "q=1")?;
    let whole = format!("{transaction:?}");
    equal("credentials are nowhere", whole.contains("secret"), false)
}

async fn statuses(pair: Pair) -> Check {
    let rows = [
        (201, "ok"),
        (302, "ok"),
        (401, "unauthenticated"),
        (409, "already_exists"),
        (429, "resource_exhausted"),
        (418, "invalid_argument"),
        (500, "internal_error"),
        (503, "unavailable"),
        (504, "deadline_exceeded"),
    ];
    for (code, expected) in rows {
        let service = Service::start(&pair, sampled());
        let answer = service.get(&format!("/status/{code}"), &[]).await;
        equal("what the client gets", answer.status, code)?;
        equal("status", status(&service.transaction().await), expected)?;
    }
    Ok(())
}

async fn ignored_status_codes(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    service.get("/status/404", &[]).await;
    equal("404 by default", service.recorded_now().len(), 0)?;
    let service = Service::start(
        &pair,
        sampled().trace_ignore_status_codes([StatusCodes::from(500..=599)]),
    );
    service.get("/status/503", &[]).await;
    service.get("/status/404", &[]).await;
    let transactions = service.recorded_now();
    equal("404 is recorded now, and 503 not", transactions.len(), 1)?;
    equal("status", status(&transactions[0]), "not_found")
}

async fn ignored_methods(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    service.request("HEAD", "/users/7", &[]).await;
    service.request("OPTIONS", "/status/200", &[]).await;
    equal("none by default", service.recorded_now().len(), 0)?;
    let service = Service::start(&pair, sampled().trace_ignore_methods(["GET"]));
    service.get("/users/7", &[]).await;
    service.request("HEAD", "/users/7", &[]).await;
    let transactions = service.recorded_now();
    equal("transactions", transactions.len(), 1)?;
    equal(
        "name",
        transactions[0].root.name.split(' ').next(),
        Some("HEAD"),
    )
}

async fn panics(pair: Pair) -> Check {
    let service = Service::start(&pair, sampled());
    service.get("/panic", &[]).await;
    let transaction = service.transaction().await;
    equal("status", status(&transaction), "internal_error")?;
    let next = service.get("/users/7", &[]).await;
    equal("the service goes on", next.status, 200)
}
