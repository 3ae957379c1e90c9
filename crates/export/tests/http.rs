//! The transport over HTTP, towards a collector that misbehaves.
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use sentry_trace_collector::{Behaviour, Collector, Discarded, Store};
use sentry_trace_export::envelope::Format;
use sentry_trace_export::http::{HttpError, HttpOptions, HttpTransport};
use sentry_trace_export::transport::{EnvelopeSink, Transport};
use sentry_trace_runtime::sink::{Loss, LossReason};
use sentry_trace_runtime::{Options, Tracer};
use support::{PATIENCE, envelope, timed};

fn options() -> HttpOptions {
    let mut options = HttpOptions::default();
    options.retry_delay = Duration::from_millis(10);
    options.timeout = PATIENCE;
    options
}

fn transport(collector: &Collector) -> HttpTransport {
    HttpTransport::with_options(&collector.dsn(), options()).unwrap()
}

fn status(status: u16, headers: &[(&str, &str)]) -> Behaviour {
    Behaviour::respond(status, headers).unwrap()
}

fn names(collector: &Collector) -> Vec<String> {
    collector
        .transactions()
        .into_iter()
        .map(|transaction| transaction.name)
        .collect()
}

/// All lines of all reports: reason, category, quantity.
fn reported(collector: &Collector) -> Vec<(String, String, u64)> {
    let line = |line: Discarded| (line.reason, line.category, line.quantity);
    let reports = collector.client_reports();
    reports
        .into_iter()
        .flat_map(|report| report.discarded)
        .map(line)
        .collect()
}

fn lines(reason: &str, transactions: u64, spans: u64) -> Vec<(String, String, u64)> {
    let line = |category: &str, quantity| (reason.to_owned(), category.to_owned(), quantity);
    vec![line("transaction", transactions), line("span", spans)]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_names_the_project_and_is_compressed() {
    let collector = Collector::start().await.unwrap();
    let transport = HttpTransport::new(&collector.dsn_with("key", "42")).unwrap();
    transport.send(&envelope("work"));
    assert!(transport.flush(PATIENCE));

    let received = collector.envelopes().remove(0);
    assert_eq!(received.project.as_deref(), Some("42"));
    assert_eq!(received.public_key.as_deref(), Some("key"));
    let header = |name| received.request_header(name).unwrap().to_owned();
    assert_eq!(header("content-type"), "application/x-sentry-envelope");
    assert_eq!(header("content-encoding"), "gzip");
    let sdk = format!("sentry-trace/{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(header("user-agent"), sdk);
    assert!(
        header("x-sentry-auth").starts_with("Sentry sentry_version=7, sentry_client=sentry-trace/")
    );
    assert_eq!(received.request_header("sentry-trace"), None);
    assert_eq!(transport.stats().delivered, 1);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_errors_are_tried_again_and_what_arrives_arrives_once() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(2, status(500, &[]));
    collector.behave_next(1, status(503, &[("Retry-After", "0")]));
    let transport = transport(&collector);
    transport.send(&envelope("first"));
    transport.send(&envelope("second"));
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["first", "second"]);
    let stats = transport.stats();
    assert_eq!(
        (stats.delivered, stats.retries, stats.lost, stats.waiting),
        (2, 3, 0, 0)
    );
    assert_eq!(collector.read(Store::requests_seen), 5);
    assert_eq!(reported(&collector), []);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_cannot_take_is_lost_and_reported_with_the_next_envelope() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(7, status(500, &[]));
    collector.behave_next(1, status(400, &[]));
    let transport = transport(&collector);
    for name in ["poison", "malformed", "good"] {
        transport.send(&envelope(name));
    }
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["good"]);
    assert_eq!(reported(&collector), lines("send_error", 2, 4));
    // The report came in the envelope of the transaction.
    assert_eq!(collector.envelopes()[0].envelope.items.len(), 2);
    assert_eq!(collector.envelopes().len(), 1);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_is_tried_again_unless_there_was_an_answer() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(2, Behaviour::CutAfterRead);
    collector.behave_next(1, Behaviour::CutMidResponse);
    let transport = transport(&collector);
    transport.send(&envelope("cut before the answer"));
    transport.send(&envelope("after"));
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["cut before the answer", "after"]);
    assert_eq!(transport.stats().retries, 2);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_comes_back_gets_what_waited() {
    let collector = Collector::start().await.unwrap();
    let (address, transport) = (collector.address(), transport(&collector));
    collector.shutdown().await;
    for name in ["first", "second"] {
        transport.send(&envelope(name));
    }
    assert!(!transport.flush(Duration::from_millis(100)));
    assert_eq!(transport.stats().waiting, 2);

    let collector = Collector::start_on(address).await.unwrap();
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["first", "second"]);
    assert_eq!(transport.stats().lost, 0);
    collector.shutdown().await;
}

#[test]
fn what_has_a_host_without_an_address_is_kept() {
    let mut options = options();
    options.retry_delay = Duration::from_millis(1);
    // A label of this length cannot even be asked for, so that the answer is the same without a network.
    let too_long = "x".repeat(64) + ".invalid";
    for host in ["nowhere.invalid", &*too_long] {
        let dsn = format!("http://key@{host}/1");
        let transport = HttpTransport::with_options(&dsn, options.clone()).unwrap();
        transport.send(&envelope("work"));
        // Time for far more attempts than something that was lost on its way has.
        assert!(!transport.flush(Duration::from_millis(300)));
        let stats = transport.stats();
        assert_eq!(
            (stats.retries, stats.lost, stats.waiting),
            (0, 0, 1),
            "{host}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_transactions_is_obeyed_and_what_falls_under_it_reported() {
    let collector = Collector::start().await.unwrap();
    let limits = [("X-Sentry-Rate-Limits", "60:transaction;error:key")];
    collector.behave_next(1, status(429, &limits));
    let transport = transport(&collector);
    transport.send(&envelope("refused"));
    assert!(transport.flush(PATIENCE));
    assert_eq!(collector.read(Store::requests_seen), 1);
    assert_eq!(transport.stats().limited, 1);

    transport.send(&envelope("not sent"));
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), [""; 0]);
    // The 429 itself is counted by the ingestion side.
    assert_eq!(reported(&collector), lines("ratelimit_backoff", 1, 2));
    assert_eq!(collector.read(Store::requests_seen), 2);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flush_that_meets_a_limit_reports_what_it_costs_and_what_was_lost_before() {
    let collector = Collector::start().await.unwrap();
    let limits = [("X-Sentry-Rate-Limits", "60:transaction:key")];
    collector.behave_next(1, status(429, &limits));
    let transport = transport(&collector);
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    for name in ["refused", "not sent"] {
        transport.send(&envelope(name));
    }
    assert!(transport.flush(PATIENCE));
    let mut expected = lines("queue_overflow", 3, 10);
    expected.extend(lines("ratelimit_backoff", 1, 2));
    assert_eq!(reported(&collector), expected);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_comes_with_a_success_and_other_categories_do_not_matter() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, status(200, &[("X-Sentry-Rate-Limits", "60:error:key")]));
    collector.behave_next(
        1,
        status(200, &[("X-Sentry-Rate-Limits", "60:transaction:key")]),
    );
    let transport = transport(&collector);
    for name in ["first", "second", "third"] {
        transport.send(&envelope(name));
    }
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["first", "second"]);
    assert_eq!(reported(&collector), lines("ratelimit_backoff", 1, 2));
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_in_several_lines_are_one_list() {
    let collector = Collector::start().await.unwrap();
    let limits = ["60:error:key", "60:transaction:key", "60:session"];
    let limits = limits.map(|line| ("X-Sentry-Rate-Limits", line));
    collector.behave_next(1, status(200, &limits));
    let transport = transport(&collector);
    for name in ["first", "second"] {
        transport.send(&envelope(name));
    }
    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["first"]);
    assert_eq!(reported(&collector), lines("ratelimit_backoff", 1, 2));
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_stops_everything_reports_too() {
    let retry_after = ("Retry-After", "60");
    // A list without any limits says nothing.
    for headers in [
        &[retry_after][..],
        &[("X-Sentry-Rate-Limits", ""), retry_after],
    ] {
        let collector = Collector::start().await.unwrap();
        collector.behave_next(1, status(429, headers));
        let transport = transport(&collector);
        for name in ["refused", "not sent"] {
            transport.send(&envelope(name));
        }
        assert!(transport.flush(PATIENCE));
        assert_eq!((transport.stats().limited, transport.stats().lost), (1, 1));
        drop(transport);
        let again = |store: &Store| (store.requests_seen() > 1).then_some(());
        let for_a_while = Duration::from_millis(300);
        collector.wait_until(for_a_while, again).await.unwrap_err();
        collector.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_hangs_delays_nobody_and_is_given_up() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, Behaviour::Hang);
    let mut options = options();
    options.timeout = Duration::from_millis(200);
    let transport = HttpTransport::with_options(&collector.dsn(), options).unwrap();
    transport.send(&envelope("hangs"));
    let hangs = |store: &Store| (store.hanging() == 1).then_some(());
    collector.wait_until(PATIENCE, hangs).await.unwrap();
    let ((), took) = timed(|| transport.send(&envelope("next")));
    assert!(took < Duration::from_millis(100), "{took:?}");

    assert!(transport.flush(PATIENCE));
    assert_eq!(names(&collector), ["next"]);
    assert_eq!(reported(&collector), lines("network_error", 1, 2));
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_keeps_its_deadline_while_the_collector_hangs() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::Hang);
    let transport = transport(&collector);
    transport.send(&envelope("hangs"));
    let (flushed, took) = timed(|| transport.flush(Duration::from_millis(200)));
    assert!(!flushed);
    assert!(
        (Duration::from_millis(200)..Duration::from_secs(2)).contains(&took),
        "{took:?}"
    );
    let ((), took) = timed(|| drop(transport));
    assert!(took < Duration::from_secs(1), "{took:?}");
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_buffer_is_bounded_in_number_and_in_bytes() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::Hang);
    let size = envelope("work").size();
    for (capacity, capacity_bytes) in [(4, usize::MAX), (100, 4 * size + 1)] {
        let mut options = options();
        (options.capacity, options.capacity_bytes) = (capacity, capacity_bytes);
        let transport = HttpTransport::with_options(&collector.dsn(), options).unwrap();
        for _ in 0..50 {
            transport.send(&envelope("work"));
        }
        let stats = transport.stats();
        assert_eq!((stats.waiting, stats.lost), (4, 46));
        assert!(stats.waiting_bytes <= 4 * size);
    }
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_in_front_of_the_transport_is_reported() {
    let collector = Collector::start().await.unwrap();
    let transport = transport(&collector);
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    transport.lost(LossReason::QueueOverflow, Loss::new(1, 1));
    assert!(transport.flush(PATIENCE));
    assert_eq!(reported(&collector), lines("queue_overflow", 4, 11));
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_refused_is_dropped_and_the_next_one_tried() {
    for refusal in [302, 400, 403, 413] {
        let collector = Collector::start().await.unwrap();
        collector.behave_next(1, status(refusal, &[]));
        let transport = transport(&collector);
        transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
        for _ in 0..2 {
            assert!(transport.flush(PATIENCE));
            assert_eq!(collector.read(Store::requests_seen), 1, "{refusal}");
        }
        transport.lost(LossReason::QueueOverflow, Loss::new(1, 1));
        assert!(transport.flush(PATIENCE));
        assert_eq!(reported(&collector), lines("queue_overflow", 1, 1));
        collector.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_comes_at_a_bad_time_is_sent_again() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, Behaviour::CutAfterRead);
    collector.behave_next(1, status(500, &[]));
    let limits = [("X-Sentry-Rate-Limits", "60:transaction:key")];
    collector.behave_next(1, status(429, &limits));
    let transport = transport(&collector);
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    for sent in 1..=4 {
        assert!(transport.flush(PATIENCE));
        assert_eq!(collector.read(Store::requests_seen), sent);
    }
    assert_eq!(reported(&collector), lines("queue_overflow", 3, 10));
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transport_that_is_dropped_delivers_what_waits() {
    let collector = Collector::start().await.unwrap();
    let transport = transport(&collector);
    for name in ["first", "second", "third"] {
        transport.send(&envelope(name));
    }
    drop(transport);
    collector.wait_for_transactions(3, PATIENCE).await.unwrap();
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transport_that_is_dropped_reports_what_was_lost() {
    let collector = Collector::start().await.unwrap();
    let transport = transport(&collector);
    transport.lost(LossReason::QueueOverflow, Loss::new(1, 1));
    drop(transport);
    let reports = |store: &Store| store.client_reports().next().map(|_| ());
    // Alone, it would go out after 30 seconds.
    collector.wait_until(PATIENCE / 3, reports).await.unwrap();
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_may_take_for_ever() {
    let collector = Collector::start().await.unwrap();
    let sink = EnvelopeSink::new(Format::Transaction).to(transport(&collector));
    let options = Options::new().dsn(collector.dsn()).traces_sample_rate(1.0);
    let tracer = Tracer::new(options.inline_sink(sink)).unwrap();
    tracer
        .start_new_trace()
        .start_span("first")
        .start()
        .finish();
    assert!(tracer.flush(Duration::MAX));
    assert_eq!(tracer.stats().sink_panics, 0);

    let transport = transport(&collector);
    transport.send(&envelope("second"));
    assert!(transport.flush(Duration::MAX));
    assert_eq!(names(&collector), ["first", "second"]);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_and_a_request_may_take_for_ever() {
    let collector = Collector::start().await.unwrap();
    collector.behave_next(1, status(500, &[]));
    let mut options = HttpOptions::default();
    options.connect_timeout = Duration::MAX;
    options.timeout = Duration::MAX;
    options.retry_delay = Duration::MAX;
    let transport = HttpTransport::with_options(&collector.dsn(), options).unwrap();
    transport.send(&envelope("work"));
    // The first one may come before the answer, and waits for the pause in vain; the next one does not.
    let flushed = (0..20).any(|_| transport.flush(PATIENCE / 20));
    assert!(flushed, "{:?}", transport.stats());
    assert_eq!(names(&collector), ["work"]);
    assert_eq!(transport.stats().retries, 1);
    collector.shutdown().await;
}

#[test]
fn a_wrong_dsn_is_an_error_that_says_why() {
    let error = HttpTransport::new("https://o1.ingest.example/7").unwrap_err();
    assert!(matches!(error, HttpError::Dsn(_)));
    assert_eq!(
        error.to_string(),
        "the DSN has no public key, it stands before an @"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_handshake_is_a_network_error() {
    let collector = Collector::start().await.unwrap();
    // The collector does not speak TLS.
    let dsn = collector.dsn().replace("http://", "https://");
    let transport = HttpTransport::with_options(&dsn, options()).unwrap();
    transport.send(&envelope("work"));
    transport.flush(PATIENCE);
    let stats = transport.stats();
    assert_eq!(
        (stats.delivered, stats.retries, stats.lost, stats.waiting),
        (0, 5, 1, 0)
    );
    collector.shutdown().await;
}
