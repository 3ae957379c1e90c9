//! What is counted and told of traces that are not continued (rules R1 and R4).
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};

use common::{header, incoming, tracer};
use sentry_trace_runtime::core::continuation::{NotContinued, SingleLines};
use sentry_trace_runtime::core::sentry_trace::InvalidSentryTrace;
use sentry_trace_runtime::diagnostics::Diagnostic;
use sentry_trace_runtime::process::{Environment, SENTRY_TRACE};
use sentry_trace_runtime::{Options, Tracer};

type Told = Arc<Mutex<Vec<Diagnostic>>>;

fn listening(options: Options) -> (Tracer, Told) {
    let told = Told::default();
    let options = options.on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.clone())
    });
    (tracer(options), told)
}

#[test]
fn each_reason_is_told_once_and_each_trace_counted() {
    let (tracer, told) = listening(Options::new().org_id("1"));
    let header = header("1");
    for (sentry_trace, baggage) in [
        (&*header, "sentry-org_id=2"),
        ("a word", ""),
        ("another", ""),
        (&*header, "sentry-org_id=3"),
    ] {
        let context = tracer.continue_trace(incoming(sentry_trace, baggage));
        assert!(!context.is_continued());
    }
    let expected = [
        NotContinued::Organization,
        NotContinued::SentryTrace(InvalidSentryTrace::Length),
    ];
    assert_eq!(
        *told.lock().unwrap(),
        expected.map(Diagnostic::TraceRefused)
    );
    assert_eq!(tracer.stats().refused_traces, 4);
}

#[test]
fn what_is_continued_or_names_no_trace_is_not_told() {
    let (tracer, told) = listening(Options::new().org_id("1"));
    let continued = tracer.continue_trace(incoming(&header("1"), "sentry-org_id=1"));
    let new = tracer.continue_trace(SingleLines::default());
    assert!(continued.is_continued() && !new.is_continued());
    assert!(told.lock().unwrap().is_empty());
    assert_eq!(tracer.stats().refused_traces, 0);
}

#[test]
fn the_trace_of_the_process_is_refused_once_for_all_that_would_be_in_it() {
    let broken = |name: &str| (name == SENTRY_TRACE).then_some("nonsense");
    let environment = Environment::read(broken).unwrap();
    let tracer = Tracer::new(Options::new().started_with(environment)).unwrap();
    for _ in 0..3 {
        assert!(!tracer.background_context().is_continued());
    }
    assert_eq!(tracer.stats().refused_traces, 1);
}
