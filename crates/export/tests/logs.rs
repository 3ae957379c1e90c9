//! Errors that the official crate captures out of `tracing` and `log` carry the trace of our span.
#![cfg(feature = "sentry")]
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use sentry::protocol::{Context, Event};
use sentry::test::TestTransport;
use sentry::{Client, ClientOptions, Hub};
use sentry_trace_export::sentry::LinkErrors;
use sentry_trace_runtime::{Options, Span, Tracer};
use tracing_subscriber::layer::SubscriberExt;

/// The events that `capture` leads to, on a hub of its own.
fn events(capture: impl FnOnce()) -> Vec<Event<'static>> {
    let transport = TestTransport::new();
    let options = ClientOptions::new()
        .dsn("https://key@o42.example/7")
        .transport(transport.clone())
        .add_integration(LinkErrors::new());
    let hub = Arc::new(Hub::new(
        Some(Arc::new(Client::from(options))),
        Arc::default(),
    ));
    Hub::run(hub, capture);
    transport.fetch_and_clear_events()
}

fn span() -> Span {
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    Tracer::new(options)
        .unwrap()
        .start_new_trace()
        .start_span("work")
        .start()
}

fn assert_linked(event: &Event<'_>, span: &Span) {
    let Some(Context::Trace(trace)) = event.contexts.get("trace") else {
        panic!("no trace: {event:?}");
    };
    assert_eq!(
        Some(trace.trace_id.to_string()),
        span.trace_id().map(|id| id.to_string())
    );
    assert_eq!(
        Some(trace.span_id.to_string()),
        span.span_id().map(|id| id.to_string())
    );
}

fn log_through_tracing() {
    let subscriber = tracing_subscriber::registry().with(sentry_tracing::ErrorLayer::new());
    tracing::subscriber::with_default(subscriber, || tracing::error!("out of stock"));
}

fn log_through_log() {
    let logger = sentry_log::SentryLogger::new();
    let message = format_args!("out of stock");
    let record = log::Record::builder()
        .level(log::Level::Error)
        .args(message)
        .build();
    log::Log::log(&logger, &record);
}

#[test]
fn an_error_of_tracing_is_linked() {
    let span = span();
    let events = events(|| span.handle().make_current_for(log_through_tracing));
    assert_eq!(events.len(), 1);
    assert_linked(&events[0], &span);
}

#[test]
fn an_error_of_log_is_linked() {
    let span = span();
    let events = events(|| span.handle().make_current_for(log_through_log));
    assert_eq!(events.len(), 1);
    assert_linked(&events[0], &span);
}

#[test]
fn outside_any_span_they_are_untouched() {
    let ours = span();
    let trace_id = ours.trace_id().map(|id| id.to_string());
    for event in events(|| {
        log_through_tracing();
        log_through_log();
    }) {
        let trace = format!("{:?}", event.contexts.get("trace"));
        assert!(!trace.contains(trace_id.as_deref().unwrap()), "{trace}");
    }
}

trait MakeCurrentFor {
    fn make_current_for(&self, f: fn());
}

impl MakeCurrentFor for sentry_trace_runtime::SpanHandle {
    fn make_current_for(&self, f: fn()) {
        let _guard = self.make_current();
        f();
    }
}
