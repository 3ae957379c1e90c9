//! `init` beside a bound client; one test, since both are global.
#![cfg(all(feature = "sentry", feature = "dsn"))]
#![allow(clippy::unwrap_used)]

mod support;

use sentry::{ClientOptions, Level};
use sentry_trace_collector::Collector;
use sentry_trace_export::init::init;
use sentry_trace_runtime::{Options, current_span, start_span, trace_data};
use support::PATIENCE;

#[tokio::test(flavor = "multi_thread")]
async fn two_lines_beside_the_client() {
    let collector = Collector::start().await.unwrap();
    let client = sentry::init(
        ClientOptions::new()
            .dsn(&collector.dsn())
            .release("shop@1")
            .strict_trace_continuation(true)
            .org_id(42.into())
            .traces_sample_rate(1.0),
    );
    let guard = init(Options::new()).unwrap();
    assert_eq!(
        guard.tracer().settings().service.release.as_deref(),
        Some("shop@1")
    );

    // An error in a span of ours, also by a panic on another thread.
    let span = start_span("report").enter();
    let (trace_id, span_id) = (span.trace_id().unwrap(), span.span_id().unwrap());
    sentry::capture_message("inside", Level::Error);
    let panicking = sentry_trace_runtime::carry_trace(|| panic!("out of paper"));
    std::thread::spawn(panicking).join().unwrap_err();
    drop(span);
    assert!(guard.flush(PATIENCE));
    let events = collector.wait_until(PATIENCE, |store| {
        (store.events().count() == 2).then(|| store.events().cloned().collect::<Vec<_>>())
    });
    for event in events.await.unwrap() {
        assert_eq!(
            event.trace_id,
            Some(trace_id.to_string()),
            "{}",
            event.title
        );
        assert_eq!(event.span_id, Some(span_id.to_string()), "{}", event.title);
    }
    assert_eq!(collector.transactions()[0].name, "report");

    // A span of the client's own is continued, whatever rule R4 says of strangers.
    assert!(current_span().is_none());
    let native = sentry::start_transaction(sentry::TransactionContext::new("native", "task"));
    sentry::configure_scope(|scope| scope.set_span(Some(native.clone().into())));
    let context = native.get_trace_context();
    let headers = trace_data().unwrap();
    assert_eq!(
        headers.sentry_trace,
        format!("{}-{}-1", context.trace_id, context.span_id)
    );
    assert_eq!(headers.baggage, None);
    start_span("below").run(|span| {
        assert_eq!(
            span.trace_id().unwrap().to_string(),
            context.trace_id.to_string()
        );
    });
    assert!(guard.flush(PATIENCE));
    let below = collector.transactions().pop().unwrap();
    assert_eq!(below.name, "below");
    assert_eq!(
        below.parent_span_id(),
        Some(context.span_id.to_string().as_str())
    );
    sentry::configure_scope(|scope| scope.set_span(None));

    // Nothing is linked where no span of ours is current.
    sentry::capture_message("outside", Level::Error);
    drop(guard);
    another_dsn_does_not_go_through_the_client(&collector).await;
    assert!(current_span().is_none() && sentry_trace_runtime::tracer().is_none());
    drop(client);
    let outside = collector.events().pop().unwrap();
    assert_ne!(outside.trace_id, Some(trace_id.to_string()));

    collector.shutdown().await;
}

async fn another_dsn_does_not_go_through_the_client(of_client: &Collector) {
    let (other, before) = (
        Collector::start().await.unwrap(),
        of_client.transactions().len(),
    );
    let guard = init(Options::new().dsn(other.dsn())).unwrap();
    start_span("elsewhere").run(|_| {});
    drop(guard);
    assert_eq!(other.transactions()[0].name, "elsewhere");
    assert_eq!(other.transactions()[0].release.as_deref(), Some("shop@1"));
    assert_eq!(of_client.transactions().len(), before);
    other.shutdown().await;
}
