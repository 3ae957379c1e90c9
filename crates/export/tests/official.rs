//! Through a client of the official crate, with its own transport, towards the collector.
#![cfg(feature = "sentry")]
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use sentry::protocol::User;
use sentry::{Client, ClientOptions, Hub, Level};
use sentry_trace_collector::{Behaviour, Collector};
use sentry_trace_export::envelope::Format;
#[cfg(feature = "json-lines")]
use sentry_trace_export::json_lines::JsonLines;
use sentry_trace_export::sentry::{ClientTransport, LinkErrors, WithScope, client_options};
use sentry_trace_export::transport::{EnvelopeSink, Transport};
use sentry_trace_runtime::core::decision::Decision;
use sentry_trace_runtime::sink::{Loss, LossReason};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, TraceData, Tracer};
use support::{PATIENCE, continued, envelope, headers_of};

fn client_with(collector: &Collector, options: ClientOptions) -> Arc<Client> {
    let options = options
        .dsn(&collector.dsn())
        .transport(sentry::transports::DefaultTransportFactory)
        .add_integration(LinkErrors::new());
    Arc::new(Client::from(options))
}

fn client(collector: &Collector) -> Arc<Client> {
    client_with(
        collector,
        ClientOptions::new()
            .release("shop@1")
            .traces_sample_rate(1.0),
    )
}

fn tracer(client: &Arc<Client>) -> Tracer {
    tracer_in(Format::Transaction, client)
}

fn tracer_in(format: Format, client: &Arc<Client>) -> Tracer {
    let sink = EnvelopeSink::new(format).to(ClientTransport::new(client.clone()));
    Tracer::new(client_options(client).sink(WithScope(sink))).unwrap()
}

/// A hub as a layer makes for each request.
fn hub(client: &Arc<Client>) -> Arc<Hub> {
    Arc::new(Hub::new(Some(client.clone()), Arc::default()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_context_is_whole_on_the_wire() {
    let collector = Collector::start().await.unwrap();
    let tracer = tracer(&client(&collector));
    let mut incoming = TraceData::clone(&headers_of(
        &tracer
            .start_new_trace()
            .start_span("elsewhere")
            .sampled(false)
            .start(),
    ));
    incoming.sentry_trace = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1".into();
    incoming.baggage = Some(
        "sentry-zzz=a%20b,sentry-trace_id=771a43a4192642f0b136d5159a501700,sentry-sample_rand=0.30,sentry-sampled=true"
            .into(),
    );
    continued(&tracer, &incoming)
        .start_span("GET /{id}")
        .start()
        .finish();
    assert!(tracer.flush(PATIENCE));
    let line = collector.envelopes()[0].envelope.header_line.clone();
    assert!(
        line.ends_with(
            r#""trace":{"zzz":"a b","trace_id":"771a43a4192642f0b136d5159a501700","sample_rand":"0.30","sampled":"true"}}"#
        ),
        "{line}"
    );
    assert_eq!(
        collector.transactions()[0].source.as_deref(),
        Some("custom")
    );
    assert_eq!(
        collector.transactions()[0].release.as_deref(),
        Some("shop@1")
    );
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scope_of_the_requests_hub_is_applied_also_after_the_hub() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let tracer = tracer(&client);
    let hub = hub(&client);
    let span = Hub::run(hub.clone(), || {
        tracer.start_new_trace().start_span("GET /").start()
    });
    hub.configure_scope(|scope| {
        scope.set_user(Some(User {
            id: Some("7".into()),
            ..User::default()
        }));
        scope.set_tag("plan", "gold");
        scope.set_extra("cart", 3.into());
        let context = sentry::protocol::Map::from([("name".to_owned(), "shop".into())]);
        scope.set_context("tenant", sentry::protocol::Context::Other(context.clone()));
        scope.set_context("trace", sentry::protocol::Context::Other(context));
    });
    span.finish();
    assert!(tracer.flush(PATIENCE));
    let transaction = collector.transactions().remove(0);
    assert_eq!(transaction.json["user"]["id"], "7");
    assert_eq!(transaction.json["tags"]["plan"], "gold");
    assert_eq!(transaction.json["extra"]["cart"], 3);
    assert_eq!(transaction.json["contexts"]["tenant"]["name"], "shop");
    assert_eq!(transaction.json["contexts"]["trace"].get("name"), None);
    // Reading the scope has not changed it.
    let user = hub.configure_scope(|scope| scope.user().cloned()).unwrap();
    assert_eq!(user.id.as_deref(), Some("7"));
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scopes_user_stands_in_each_streamed_span() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let tracer = tracer_in(Format::SpanStream, &client);
    let hub = hub(&client);
    hub.configure_scope(|scope| {
        scope.set_user(Some(User {
            id: Some("7".into()),
            email: Some("ada@shop.test".into()),
            username: Some("ada".into()),
            ip_address: Some("203.0.113.9".parse().unwrap()),
            ..User::default()
        }));
    });
    Hub::run(hub, || {
        let root = tracer.start_new_trace().start_span("GET /").start();
        let child = root.start_child("SELECT").data("user.id", "8");
        child.start().finish();
        root.finish();
    });
    assert!(tracer.flush(PATIENCE));
    let item = collector.envelopes()[0].envelope.items[0].json().unwrap();
    let of_user = |span: usize| {
        ["id", "email", "name", "ip_address"].map(|name| {
            let attribute = &item["items"][span]["attributes"][format!("user.{name}")];
            attribute["value"].as_str().unwrap_or_default().to_owned()
        })
    };
    assert_eq!(of_user(0), ["7", "ada@shop.test", "ada", "203.0.113.9"]);
    assert_eq!(of_user(1), ["8", "ada@shop.test", "ada", "203.0.113.9"]);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_larger_than_the_clients_channel_arrives_whole_and_once() {
    let collector = Collector::start().await.unwrap();
    let tracer = tracer(&client(&collector));
    for number in 0..200 {
        let context = tracer.start_new_trace();
        context
            .start_span(format!("number {number}"))
            .start()
            .finish();
    }
    assert!(tracer.flush(PATIENCE));
    assert_eq!(tracer.stats().dropped_transactions, 0);
    let names: Vec<_> = collector
        .transactions()
        .into_iter()
        .map(|one| one.name)
        .collect();
    let expected: Vec<_> = (0..200).map(|number| format!("number {number}")).collect();
    assert_eq!(names, expected);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_one_place_loses_nothing() {
    let collector = Collector::start().await.unwrap();
    let options = ClientOptions::new()
        .traces_sample_rate(1.0)
        .transport_channel_capacity(1);
    let tracer = tracer(&client_with(&collector, options));
    for _ in 0..20 {
        tracer.start_new_trace().start_span("work").start().finish();
    }
    assert!(tracer.flush(PATIENCE));
    assert_eq!(collector.transactions().len(), 20);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_in_front_of_the_client_and_in_it_is_reported() {
    let collector = Collector::start().await.unwrap();
    let client = client_with(
        &collector,
        ClientOptions::new()
            .before_send(|_| None)
            .traces_sample_rate(1.0),
    );
    let transport = ClientTransport::new(client.clone());
    // The client has a report of its own pending, which finished bytes would swallow.
    client.capture_event(sentry::protocol::Event::new(), None);
    transport.lost(LossReason::QueueOverflow, Loss::new(2, 5));
    transport.send(&envelope("work"));
    assert!(transport.flush(PATIENCE));
    let mut lines: Vec<_> = collector
        .client_reports()
        .into_iter()
        .flat_map(|report| report.discarded)
        .map(|line| (line.reason, line.category, line.quantity))
        .collect();
    lines.sort();
    let line =
        |reason: &str, category: &str, quantity| (reason.to_owned(), category.to_owned(), quantity);
    assert_eq!(
        lines,
        [
            line("before_send", "error", 1),
            line("queue_overflow", "span", 5),
            line("queue_overflow", "transaction", 2)
        ]
    );
    assert_eq!(collector.transactions().len(), 1);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sampling_leaves_out_is_reported_although_nothing_is_sent() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let transport = ClientTransport::new(client.clone());
    let quantities = || -> Vec<_> {
        client.flush(Some(PATIENCE));
        let reports = collector.client_reports();
        let lines = reports.iter().flat_map(|report| &report.discarded);
        let of_spans = lines.filter(|line| line.category == "span");
        of_spans.map(|line| line.quantity).collect()
    };
    for (round, reported) in [(1, &[][..]), (2, &[10]), (3, &[10, 20])] {
        transport.lost(LossReason::SampleRate, Loss::new(round, 10 * round));
        transport.lost(LossReason::BufferOverflow, Loss::new(0, 1));
        let mut told = quantities();
        told.retain(|spans| *spans > 1);
        assert_eq!(told, reported, "after {round} rounds");
    }
    assert!(transport.flush(PATIENCE));
    assert_eq!(quantities().iter().sum::<u64>(), 63);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_last_is_reported_at_the_end() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let transport = ClientTransport::new(client.clone());
    transport.lost(LossReason::SampleRate, Loss::new(1, 3));
    drop(transport);
    assert!(client.close(Some(PATIENCE)));
    assert_eq!(collector.client_reports().len(), 1);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_blocks_no_caller_and_no_flush() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::Hang);
    let client = client(&collector);
    let tracer = tracer(&client);
    let ((), took) = support::timed(|| {
        for _ in 0..2000 {
            tracer.start_new_trace().start_span("work").start().finish();
        }
    });
    assert!(took < Duration::from_secs(2), "{took:?}");
    let (flushed, took) = support::timed(|| tracer.flush(Duration::from_millis(300)));
    assert!(!flushed && took < Duration::from_secs(2), "{took:?}");
    assert!(tracer.stats().dropped_transactions > 1000);
    // The client's own thread ends only when its request does.
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_carry_the_ids_of_our_span() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let tracer = tracer(&client);
    let span = tracer.start_new_trace().start_span("GET /").start();
    let child = span.start_child("load").start();
    let (trace_id, child_id) = (span.trace_id().unwrap(), child.span_id().unwrap());
    Hub::run(hub(&client), || {
        let entered = child.enter();
        sentry::capture_message("inside", Level::Error);
        drop(entered);
        sentry::capture_message("outside", Level::Error);
    });
    span.finish();
    assert!(tracer.flush(PATIENCE) && client.flush(Some(PATIENCE)));
    let events = collector.events();
    assert_eq!(events[0].trace_id, Some(trace_id.to_string()));
    assert_eq!(events[0].span_id, Some(child_id.to_string()));
    assert_ne!(events[1].trace_id, Some(trace_id.to_string()));
    assert!(events[1].trace_id.is_some());
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_span_keeps_its_events_where_ours_is_not_current() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let tracer = tracer(&client);
    let ours = tracer.start_new_trace().start_span("ours").start();
    let (native_id, ours_id) = Hub::run(hub(&client), || {
        let context = sentry::TransactionContext::new("native", "task");
        let native = sentry::start_transaction(context);
        sentry::configure_scope(|scope| scope.set_span(Some(native.clone().into())));
        sentry::capture_message("in native", Level::Error);
        let entered = ours.enter();
        sentry::capture_message("in ours", Level::Error);
        (
            native.get_trace_context().span_id,
            entered.span_id().unwrap(),
        )
    });
    assert!(client.flush(Some(PATIENCE)));
    let events = collector.events();
    assert_eq!(events[0].span_id, Some(native_id.to_string()));
    assert_eq!(events[1].span_id, Some(ours_id.to_string()));
    collector.shutdown().await;
}

#[test]
fn options_come_from_the_client() {
    let options = ClientOptions::new()
        .dsn("https://key:secret@o1.example/7")
        .release("shop@1")
        .environment("staging")
        .server_name("shop-1")
        .org_id(42.into())
        .strict_trace_continuation(true)
        .send_default_pii(true)
        .traces_sample_rate(0.1);
    let tracer = Tracer::new(client_options(&Client::from(options))).unwrap();
    let settings = tracer.settings();
    let service = &settings.service;
    assert_eq!(
        service.dsn.as_deref(),
        Some("https://key:secret@o1.example/7")
    );
    assert_eq!(service.release.as_deref(), Some("shop@1"));
    assert_eq!(service.environment, "staging");
    assert_eq!(service.server_name.as_deref(), Some("shop-1"));
    assert_eq!(service.org_id.as_deref(), Some("42"));
    assert!(settings.strict_trace_continuation && settings.send_default_pii);
    assert_eq!(settings.traces_sample_rate, Some(0.1));
}

#[test]
fn what_is_set_goes_before_the_client() {
    let client = Client::from(
        ClientOptions::new()
            .release("theirs")
            .traces_sample_rate(0.5),
    );
    let own = Options::new().release("ours").traces_sampler(|_| 1.0);
    let tracer = Tracer::new(own.or(client_options(&client))).unwrap();
    assert_eq!(tracer.settings().service.release.as_deref(), Some("ours"));
    assert_eq!(tracer.settings().traces_sample_rate, None);
}

#[test]
fn the_clients_sampler_is_asked() {
    let options = ClientOptions::new().traces_sampler(|context| {
        assert_eq!(context.operation(), "http.server");
        let data = context
            .custom()
            .and_then(|custom| custom.get("http.request.method"));
        assert_eq!(data.and_then(|value| value.as_str()), Some("GET"));
        f32::from(context.sampled() != Some(false) && context.name() != "GET /health")
    });
    let sink = MemorySink::new();
    let options = client_options(&Client::from(options)).inline_sink(sink.clone());
    let tracer = Tracer::new(options).unwrap();
    let start = |name: &'static str| {
        tracer
            .start_new_trace()
            .start_span(name)
            .op("http.server")
            .data("http.request.method", "GET")
            .start()
    };
    assert_eq!(start("GET /health").decision(), Decision::NotSampled);
    assert_eq!(start("GET /").decision(), Decision::Sampled);
}

#[cfg(feature = "json-lines")]
#[tokio::test(flavor = "multi_thread")]
async fn both_sinks_of_a_pair_may_ask_for_the_scope() {
    let collector = Collector::start().await.unwrap();
    let client = client(&collector);
    let (pipes, sinks): (Vec<_>, Vec<_>) = (0..2)
        .map(|_| {
            let (read, write) = std::io::pipe().unwrap();
            (read, WithScope(JsonLines::new(write)))
        })
        .unzip();
    let sinks: [_; 2] = sinks.try_into().ok().unwrap();
    let tracer = Tracer::new(client_options(&client).sink(<(_, _)>::from(sinks))).unwrap();
    let hub = hub(&client);
    hub.configure_scope(|scope| scope.set_tag("plan", "gold"));
    Hub::run(hub, || {
        tracer.start_new_trace().start_span("work").start().finish();
    });
    drop(tracer);
    for pipe in pipes {
        let line = std::io::read_to_string(pipe).unwrap();
        assert!(line.contains("\"plan\":\"gold\""), "{line}");
    }
    collector.shutdown().await;
}
