//! When the context of a new trace is frozen, and with what (rule R7).
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};

use common::{
    assert_invariant, header, incoming, member, names, recording, root, tracer, with_sink,
};
use sentry_trace_runtime::transaction::TransactionSource;
use sentry_trace_runtime::{Options, Tracer};

fn service() -> Options {
    Options::new()
        .traces_sample_rate(1.0)
        .dsn("https://key@o42.ingest.localhost/1")
        .release("shop@1")
        .environment("staging")
}

#[test]
fn all_members_in_their_order() {
    let tracer = tracer(service());
    let span = root(&tracer, "GET /{id}");
    let dsc = span.baggage().unwrap();
    assert_eq!(
        names(dsc),
        [
            "trace_id",
            "public_key",
            "sample_rate",
            "sampled",
            "sample_rand",
            "org_id",
            "environment",
            "release",
            "transaction"
        ]
    );
    assert_eq!(
        member(dsc, "trace_id"),
        Some(&*span.trace_id().unwrap().to_string())
    );
    assert_eq!(member(dsc, "public_key"), Some("key"));
    assert_eq!(member(dsc, "org_id"), Some("42"));
    assert_eq!(member(dsc, "environment"), Some("staging"));
    assert_eq!(member(dsc, "transaction"), Some("GET%20%2F%7Bid%7D"));
}

#[test]
fn a_context_that_is_frozen_after_the_end_still_names_the_transaction() {
    // Without a sink there is no envelope that would freeze it at the end.
    let tracer = tracer(service());
    let span = root(&tracer, "first");
    let handle = span.handle().clone();
    span.finish();
    let dsc = handle.baggage().unwrap();
    assert_eq!(member(dsc, "transaction"), Some("first"));
}

#[test]
fn the_first_outgoing_baggage_freezes() {
    let (tracer, sink) = with_sink(service());
    let span = root(&tracer, "first");
    assert!(span.needs_name());
    let frozen = span
        .start_child("child")
        .start()
        .baggage()
        .unwrap()
        .to_owned();
    span.set_transaction_name("second", TransactionSource::Url);
    assert_eq!(span.baggage(), Some(&*frozen));
    drop(span);
    let transaction = sink.take().remove(0);
    assert_eq!(transaction.root.name, "second");
    assert_eq!(transaction.source, TransactionSource::Url);
    assert_eq!(transaction.dsc.as_deref(), Some(&*frozen));
    assert_eq!(member(&frozen, "transaction"), Some("first"));
}

#[test]
fn otherwise_the_envelope_freezes() {
    let (tracer, sink) = recording();
    let span = root(&tracer, "first");
    span.set_transaction_name("second", TransactionSource::Route);
    let handle = span.handle().clone();
    drop(span);
    let dsc = sink.take().remove(0).dsc.unwrap();
    assert_eq!(member(&dsc, "transaction"), Some("second"));
    handle.set_transaction_name("third", TransactionSource::Route);
    assert_eq!(handle.baggage(), Some(&*dsc));
}

#[test]
fn a_name_that_is_not_recorded_is_renamed_too() {
    let tracer = tracer(Options::new().traces_sample_rate(0.0));
    let span = root(&tracer, "first");
    span.set_transaction_name("second", TransactionSource::Route);
    let transaction = || member(span.baggage()?, "transaction");
    assert_eq!(transaction(), Some("second"));
    assert!(!span.needs_name());
    span.set_transaction_name("third", TransactionSource::Route);
    assert_eq!(transaction(), Some("second"));
}

#[test]
fn a_root_is_renamed_whether_it_is_recorded_or_not() {
    for rate in [1.0, 0.0] {
        let tracer = tracer(Options::new().traces_sample_rate(rate));
        let span = root(&tracer, "first");
        span.set_name("second");
        let transaction = member(span.baggage().unwrap(), "transaction");
        assert_eq!(transaction, Some("second"), "{rate}");
    }
}

#[test]
fn a_name_from_a_url_or_an_empty_one_stays_out() {
    for rate in [0.0, 1.0] {
        let tracer = tracer(Options::new().traces_sample_rate(rate));
        let start = |name: &'static str, source| {
            let context = tracer.start_new_trace();
            context.start_span(name).source(source).start()
        };
        let has_name = |name, source| {
            let span = start(name, source);
            member(span.baggage().unwrap(), "transaction").is_some()
        };
        assert!(!has_name("GET /users/1", TransactionSource::Url));
        assert!(!has_name("", TransactionSource::Route));
        assert!(has_name("GET /users/{id}", TransactionSource::Route));
        let span = start("GET /users/1", TransactionSource::Url);
        span.set_transaction_name("GET /users/{id}", TransactionSource::Route);
        assert!(member(span.baggage().unwrap(), "transaction").is_some());
    }
}

#[test]
fn the_context_is_frozen_once_by_whichever_thread_is_first() {
    let tracer: Tracer = tracer(service());
    for _ in 0..50 {
        let span = root(&tracer, "name");
        let texts: Vec<_> = std::thread::scope(|scope| {
            let readers: Vec<_> = (0..4)
                .map(|_| {
                    scope.spawn(|| {
                        span.set_transaction_name("other", TransactionSource::Custom);
                        span.baggage().map(str::to_owned)
                    })
                })
                .collect();
            readers.into_iter().map(|r| r.join().unwrap()).collect()
        });
        assert!(texts.iter().all(|text| *text == texts[0]));
    }
}

#[test]
fn a_number_that_was_added_behind_the_limits_is_not_added_again() {
    let many: Vec<_> = (0..64).map(|at| format!("sentry-m{at}=1")).collect();
    let long = ["sentry-a=1,sentry-b=", &"x".repeat(8192 - 20)].concat();
    for (baggage, flag) in [many.join(","), long]
        .iter()
        .flat_map(|baggage| ["1", "0", ""].map(|flag| (baggage, flag)))
    {
        let (tracer, sink) = recording();
        let header = header(flag);
        let context = tracer.continue_trace(incoming(&header, baggage));
        let request = context.start_span("request").start();
        let task = request.continuation().unwrap().start_span("task").start();
        let later = task
            .continuation()
            .unwrap()
            .scope()
            .start_child("later")
            .start();
        let number = member(request.baggage().unwrap(), "sample_rand");
        for span in [&request, &task, &later] {
            let dsc = span.baggage().unwrap();
            let numbers = names(dsc).into_iter().filter(|name| *name == "sample_rand");
            assert_eq!(numbers.count(), 1, "{flag} {dsc}");
            assert_eq!(member(dsc, "sample_rand"), number);
        }
        drop((later, task, request));
        for transaction in sink.take() {
            let dsc = transaction.dsc.unwrap();
            assert_eq!(dsc.matches("sentry-sample_rand=").count(), 1);
        }
    }
}

#[test]
fn a_decision_goes_by_the_number_that_stands_behind_the_limits() {
    let rate = Arc::new(Mutex::new(0.5));
    let seen = Arc::new(Mutex::new(None));
    let options = Options::new().traces_sampler({
        let (rate, seen) = (rate.clone(), seen.clone());
        move |context| {
            *seen.lock().unwrap() = context.parent_sample_rate;
            *rate.lock().unwrap()
        }
    });
    let tracer = tracer(options);
    let many: Vec<_> = (0..63).map(|at| format!("sentry-m{at}=1")).collect();
    let (header, baggage) = (header("1"), many.join(",") + ",sentry-sample_rate=0.1");
    let context = tracer.continue_trace(incoming(&header, &baggage));
    let request = context.start_span("request").start();
    let number = member(request.baggage().unwrap(), "sample_rand").unwrap();
    let number: f64 = number.parse().unwrap();
    for rate_of_task in [2.0 * number, number] {
        *rate.lock().unwrap() = rate_of_task;
        let task = request.continuation().unwrap().start_span("task").start();
        assert_eq!(task.decision().is_sampled(), number < rate_of_task);
        assert_eq!(*seen.lock().unwrap(), Some(0.5));
        assert_invariant(task.baggage().unwrap());
    }
}
