//! The client's current span as the fallback of ours, where the client itself panics. Each case is a process of its own,
//! which may be aborted.
#![cfg(feature = "sentry")]
#![allow(clippy::unwrap_used)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::Arc;

use sentry_core::{Client, ClientOptions, Hub, TransactionContext};
use sentry_trace_export::init::Init;
use sentry_trace_export::sentry::WithScope;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, current_span, start_span};

const CASE: &str = "SENTRY_TRACE_TEST_CASE";

/// Runs the case `name` in a process of its own, which has to succeed.
fn run(name: &str) {
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", "case", "--nocapture"]);
    let output = process.env(CASE, name).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{:?}\n{stderr}", output.status);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(stdout.contains("1 passed"), "{stdout}");
}

#[test]
fn case() {
    match std::env::var(CASE).as_deref() {
        Ok("plain teardown") => teardown(false),
        Ok("teardown behind the client") => teardown(true),
        Ok("poisoned") => poisoned(),
        Ok(other) => panic!("{other} is no case"),
        // This process only starts the others.
        Err(_) => {}
    }
}

#[test]
fn a_span_in_the_teardown_of_a_thread_is_recorded() {
    run("plain teardown");
}

#[test]
fn so_it_is_where_the_client_was_used_before() {
    run("teardown behind the client");
}

#[test]
fn a_native_span_that_panics_costs_no_span_of_ours() {
    run("poisoned");
}

struct Pool;

impl Drop for Pool {
    fn drop(&mut self) {
        start_span("close connections").run(|_| ());
    }
}

thread_local! {
    static POOL: Pool = const { Pool };
}

fn teardown(uses_client_first: bool) {
    // As the client's panic integration does.
    std::panic::set_hook(Box::new(|_| Hub::with_active(|_| ())));
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0);
    let options = options.inline_sink(WithScope(sink.clone()));
    let _guard = Init::new(options).environment(|_| None).start().unwrap();
    let thread = std::thread::spawn(move || {
        POOL.with(|_| ());
        if uses_client_first {
            drop(Hub::current());
        }
        assert!(current_span().is_none());
    });
    thread.join().unwrap();
    assert_eq!(sink.take().len(), 1);
}

fn poisoned() {
    let options = ClientOptions::new()
        .dsn("https://key@o1.example/7")
        .traces_sample_rate(1.0)
        .transport(sentry::test::TestTransport::new());
    Hub::current().bind_client(Some(Arc::new(Client::from(options))));
    let _guard = Init::new(Options::new())
        .environment(|_| None)
        .start()
        .unwrap();
    let native = sentry_core::start_transaction(TransactionContext::new("native", "task"));
    sentry_core::configure_scope(|scope| scope.set_span(Some(native.clone().into())));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _data = native.data();
        panic!("while data is written");
    }));
    assert!(panicked.is_err());
    start_span("ours").run(|_| ());
}
