//! What the wire headers said equals what arrives: the context of a service's envelope is the baggage that it sent, and
//! the context of the next service's envelope (rules R3, R7, R13).
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

mod support;

use sentry_trace_collector::{Collector, TransactionRecord};
use sentry_trace_export::envelope::Format;
use sentry_trace_export::http::HttpTransport;
use sentry_trace_export::transport::EnvelopeSink;
use sentry_trace_runtime::core::baggage::SentryMembers;
use sentry_trace_runtime::{Options, TraceContext, TraceData, Tracer};
use support::{PATIENCE, continued, headers_of};

/// A service that reports to the collector.
fn service(collector: &Collector, name: &str, options: Options) -> Tracer {
    let sink =
        EnvelopeSink::new(Format::Transaction).to(HttpTransport::new(&collector.dsn()).unwrap());
    let options = options.dsn(collector.dsn()).server_name(name).sink(sink);
    Tracer::new(options).unwrap()
}

fn sampled() -> Options {
    Options::new().traces_sample_rate(1.0)
}

/// A request to the service, which makes one itself; gives the headers of that.
fn serve(context: TraceContext) -> TraceData {
    let root = context.start_span("GET /{id}").op("http.server").start();
    headers_of(&root)
}

async fn arrived(collector: &Collector, tracers: &[&Tracer]) -> Vec<TransactionRecord> {
    assert!(tracers.iter().all(|tracer| tracer.flush(PATIENCE)));
    let mut arrived = collector.transactions();
    arrived.sort_by(|a, b| a.service.cmp(&b.service));
    arrived
}

/// The members of a baggage header as an envelope's header writes them.
fn as_trace_header(baggage: &str) -> String {
    let members = SentryMembers::parse([baggage.as_bytes()]);
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let members: Vec<_> = members
        .iter()
        .map(|member| format!("{}:{}", text(member.name()), text(&member.value())))
        .collect();
    format!("\"trace\":{{{}}}}}", members.join(","))
}

/// The header line of a service's envelope.
fn header_line(collector: &Collector, service: &str) -> String {
    let of_service = |envelope: &&std::sync::Arc<sentry_trace_collector::ReceivedEnvelope>| {
        envelope.envelope.items[0].json().unwrap()["server_name"] == service
    };
    let envelopes = collector.envelopes();
    envelopes
        .iter()
        .find(of_service)
        .unwrap()
        .envelope
        .header_line
        .clone()
}

fn assert_sent(collector: &Collector, service: &str, headers: &TraceData) {
    let (line, expected) = (
        header_line(collector, service),
        as_trace_header(headers.baggage.as_deref().unwrap()),
    );
    assert!(
        line.ends_with(&expected),
        "{service}: {line}\nbaggage: {expected}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_and_two_services_after_it_agree() {
    let collector = Collector::start().await.unwrap();
    let a = service(
        &collector,
        "a",
        sampled().release("a, \"1\"@\u{e9}").environment("test"),
    );
    let b = service(&collector, "b", sampled().release("b@2"));
    let c = service(&collector, "c", sampled());

    let from_a = serve(a.start_new_trace());
    let from_b = serve(continued(&b, &from_a));
    let from_c = serve(continued(&c, &from_b));
    assert_eq!(from_a.baggage, from_b.baggage);

    let arrived = arrived(&collector, &[&a, &b, &c]).await;
    for (name, headers) in [("a", &from_a), ("b", &from_b), ("c", &from_c)] {
        assert_sent(&collector, name, headers);
    }
    assert_eq!(
        arrived[0].trace_header.as_ref().unwrap()["release"],
        "a, \"1\"@\u{e9}"
    );
    assert_eq!(
        arrived[0].trace_header.as_ref().unwrap()["public_key"],
        "public"
    );
    // The span that sent the request is the parent of the next service's transaction.
    for (caller, callee, headers) in [(0, 1, &from_a), (1, 2, &from_b)] {
        let sent = headers.sentry_trace.split('-').nth(1);
        assert_eq!(arrived[callee].parent_span_id(), sent);
        assert_eq!(Some(arrived[caller].spans[0].span_id.as_str()), sent);
    }
    assert_eq!(collector.traces().len(), 1);
    assert!(collector.traces()[0].is_connected());
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_another_kind_of_service_is_carried_on_unchanged() {
    let collector = Collector::start().await.unwrap();
    let (a, b) = (
        service(&collector, "a", sampled()),
        service(&collector, "b", sampled()),
    );
    let mut browser = serve(sampled_elsewhere());
    browser.sentry_trace = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1".into();
    browser.baggage = Some(
        "sentry-future=%F0%9F%A6%80%2C,sentry-trace_id=771a43a4192642f0b136d5159a501700,\
         sentry-sample_rand=0.30,sentry-sampled=true,sentry-sample_rate=1e-1"
            .into(),
    );
    let from_a = serve(continued(&a, &browser));
    let from_b = serve(continued(&b, &from_a));
    assert_eq!(from_a.baggage, browser.baggage);

    arrived(&collector, &[&a, &b]).await;
    assert_sent(&collector, "a", &browser);
    assert_sent(&collector, "b", &browser);
    assert_eq!(from_b.baggage, browser.baggage);
    collector.shutdown().await;
}

fn sampled_elsewhere() -> TraceContext {
    Tracer::new(sampled()).unwrap().start_new_trace()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deferred_trace_is_decided_by_the_first_service_that_samples() {
    let collector = Collector::start().await.unwrap();
    let a = service(&collector, "a", Options::new().release("a@1"));
    let b = service(&collector, "b", sampled());
    let c = service(&collector, "c", Options::new().traces_sample_rate(0.0));

    let from_a = serve(a.start_new_trace());
    assert_eq!(from_a.sentry_trace.matches('-').count(), 1);
    let from_b = serve(continued(&b, &from_a));
    let from_c = serve(continued(&c, &from_b));
    let decided = format!(
        "{},sentry-sample_rate=1,sentry-sampled=true",
        from_a.baggage.as_deref().unwrap()
    );
    assert_eq!(from_b.baggage.as_deref(), Some(decided.as_str()));

    let arrived = arrived(&collector, &[&a, &b, &c]).await;
    let services: Vec<_> = arrived
        .iter()
        .map(|transaction| transaction.service.as_str())
        .collect();
    assert_eq!(services, ["b", "c"]);
    assert_sent(&collector, "b", &from_b);
    assert_sent(&collector, "c", &from_c);
    assert_eq!(from_b.baggage, from_c.baggage);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_context_none_arrives() {
    let collector = Collector::start().await.unwrap();
    let a = service(&collector, "a", sampled());
    let mut incoming = serve(sampled_elsewhere());
    incoming.baggage = None;
    let from_a = serve(continued(&a, &incoming));
    assert_eq!(from_a.baggage, None);
    assert_eq!(arrived(&collector, &[&a]).await[0].trace_header, None);
    collector.shutdown().await;
}
