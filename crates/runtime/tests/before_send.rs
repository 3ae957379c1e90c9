//! The user's last look at a transaction.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{root, tracer, with_sink};
use sentry_trace_runtime::sink::{Loss, LossReason, Sink};
use sentry_trace_runtime::{Options, Tracer, Transaction};

const PATIENCE: Duration = Duration::from_secs(60);

fn options() -> Options {
    Options::new().traces_sample_rate(1.0)
}

fn work(tracer: &Tracer, name: &'static str) {
    let root = root(tracer, name);
    for child in ["query", "cache", "cache"] {
        root.start_child(child).op(child).start().finish();
    }
}

#[test]
fn it_changes_and_drops_what_an_inline_sink_gets() {
    let (tracer, sink) = with_sink(options().before_send_transaction(|mut transaction| {
        transaction.root.name = format!("{}!", transaction.root.name).into();
        (transaction.root.name != "secret!").then_some(transaction)
    }));
    work(&tracer, "secret");
    work(&tracer, "open");
    let names: Vec<_> = sink.take().into_iter().map(|one| one.root.name).collect();
    assert_eq!(names, ["open!"]);
    assert_eq!(tracer.stats().filtered_transactions, 1);
}

#[test]
fn what_it_drops_is_told_and_a_panic_drops_too() {
    /// Notes what comes and what does not.
    #[derive(Clone, Default)]
    struct Ledger {
        came: Arc<Mutex<Vec<usize>>>,
        told: Arc<Mutex<Vec<(LossReason, Loss)>>>,
    }
    impl Sink for Ledger {
        fn accept(&self, transaction: Transaction) {
            self.came.lock().unwrap().push(transaction.span_count());
        }
        fn lost(&self, reason: LossReason, loss: Loss) {
            self.told.lock().unwrap().push((reason, loss));
        }
    }
    let (ledger, diagnostics) = (Ledger::default(), Arc::new(Mutex::new(Vec::new())));
    let told = diagnostics.clone();
    let options = options().before_send_transaction(|mut transaction| {
        match transaction.root.name.as_str() {
            "drop" => return None,
            "panic" => panic!("on purpose"),
            _ => transaction.spans.retain(|span| span.op != "cache"),
        }
        Some(transaction)
    });
    let tracer = tracer(options.sink(ledger.clone()).on_diagnostic(move |told_now| {
        told.lock().unwrap().push(told_now.to_string());
    }));
    for name in ["keep", "drop", "panic"] {
        work(&tracer, name);
    }
    assert!(tracer.flush(PATIENCE));
    assert_eq!(*ledger.came.lock().unwrap(), [2]);
    let expected = (LossReason::BeforeSend, Loss::new(2, 2 + 4 + 4));
    assert_eq!(*ledger.told.lock().unwrap(), [expected]);
    let note = "before_send_transaction panicked: the transaction is dropped";
    assert_eq!(*diagnostics.lock().unwrap(), [note]);
    assert_eq!(tracer.stats().sink_panics, 0);
}

#[test]
fn a_transaction_that_is_started_in_it_is_not_recorded() {
    let inner = Arc::new(Mutex::new(None::<Tracer>));
    let seen = inner.clone();
    let (tracer, sink) = with_sink(options().before_send_transaction(move |transaction| {
        if let Ok(Some(tracer)) = seen.try_lock().as_deref() {
            drop(root(tracer, "inner"));
        }
        Some(transaction)
    }));
    *inner.lock().unwrap() = Some(tracer.clone());
    work(&tracer, "outer");
    assert_eq!(sink.take().len(), 1);
    inner.lock().unwrap().take();
}
