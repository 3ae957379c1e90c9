//! The transport over HTTPS, towards servers whose certificates private authorities issue.
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

mod support;
#[path = "support/tls.rs"]
mod tls;

use std::sync::Arc;
use std::time::Duration;

use sentry_trace_collector::{Collector, Store};
use sentry_trace_export::envelope::Format;
use sentry_trace_export::http::{HttpError, HttpOptions, HttpTransport};
use sentry_trace_export::init::Init;
use sentry_trace_export::transport::Transport;
use sentry_trace_runtime::clock::Timestamp;
use sentry_trace_runtime::{Options, start_span};
use support::{PATIENCE, envelope, only, transaction};
use tls::{Authority, Front};

/// What the first record of a handshake begins with.
const HANDSHAKE: u8 = 22;

fn options(ca_certs: Option<Vec<u8>>) -> HttpOptions {
    let mut options = HttpOptions::default();
    options.retry_delay = Duration::from_millis(10);
    options.retries = 1;
    options.timeout = PATIENCE;
    options.ca_certs = ca_certs;
    options
}

fn assert_nothing_in_clear(wire: &[u8]) {
    assert_eq!(wire[0], HANDSHAKE);
    let holds = |text: &[u8]| wire.windows(text.len()).any(|window| window == text);
    for text in ["POST ", "/envelope/", "sentry_key"] {
        assert!(!holds(text.as_bytes()), "{text} came in clear");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_arrives_whole_where_the_authority_is_named() {
    let (authority, other) = (Authority::new(), Authority::new());
    let collector = Collector::start().await.unwrap();
    let server = authority.server_of(&["localhost", "127.0.0.1"]);
    let front = Front::start(server, collector.address());
    let bundle = [b"# ours\n".to_vec(), other.pem(), authority.pem()].concat();
    for host in ["localhost", "127.0.0.1"] {
        let options = options(Some(bundle.clone()));
        let transport = HttpTransport::with_options(&front.dsn(host), options).unwrap();
        // More than one record of TLS holds.
        let sent = Arc::new(only(transaction(host, 900), Format::Transaction));
        transport.send(&sent);
        assert!(transport.flush(PATIENCE));
        assert_eq!(transport.stats().delivered, 1);

        let received = collector.envelopes().pop().unwrap();
        let sent = sent.to_bytes(Timestamp::default());
        let sent = sentry_trace_collector::Envelope::parse(&sent).unwrap();
        assert!(received.envelope.items == sent.items, "it was changed");
        assert_eq!(received.public_key.as_deref(), Some("public"));
    }
    assert_eq!(collector.envelopes().len(), 2);
    assert_nothing_in_clear(&front.wire());
    collector.shutdown().await;
}

/// What is sent to a server whose certificate is refused is kept, and not a word of it said.
fn assert_refused(transport: &HttpTransport, front: &Front) {
    transport.send(&envelope("work"));
    // More often than what is sent again.
    for _ in 0..4 {
        front.wait_for_refusal();
    }
    let stats = transport.stats();
    assert_eq!(
        (stats.delivered, stats.retries, stats.lost, stats.waiting),
        (0, 0, 0, 1)
    );
    assert_nothing_in_clear(&front.wire());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_not_named_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let collector = Collector::start().await.unwrap();
    // The other one has the same name, and another key.
    for ca_certs in [None, Some(other.pem())] {
        let front = Front::start(authority.server_of(&["localhost"]), collector.address());
        let dsn = front.dsn("localhost");
        let transport = HttpTransport::with_options(&dsn, options(ca_certs)).unwrap();
        assert_refused(&transport, &front);
        assert!(!transport.flush(Duration::ZERO));
    }
    assert_eq!(collector.read(Store::requests_seen), 0);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_host_is_refused_until_there_is_the_right_one() {
    let authority = Authority::new();
    let collector = Collector::start().await.unwrap();
    let server_of = |host| authority.server_of(&[host]);
    let front = Front::start(server_of("sentry.example"), collector.address());
    let options = options(Some(authority.pem()));
    let transport = HttpTransport::with_options(&front.dsn("localhost"), options).unwrap();
    assert_refused(&transport, &front);
    assert_eq!(collector.read(Store::requests_seen), 0);

    front.change_to(server_of("localhost"));
    assert!(transport.flush(PATIENCE));
    assert_eq!(collector.transactions().remove(0).name, "work");
    assert_eq!(transport.stats().delivered, 1);
    collector.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn init_takes_the_authority_too() {
    let authority = Authority::new();
    let collector = Collector::start().await.unwrap();
    let front = Front::start(authority.server_of(&["localhost"]), collector.address());
    let init = |ca_certs| {
        let options = Options::new().dsn(front.dsn("localhost"));
        Init::new(options.traces_sample_rate(1.0))
            .http(self::options(Some(ca_certs)))
            .environment(|_| None)
    };
    let guard = init(authority.pem()).start().unwrap();
    start_span("work").run(|_| {});
    assert!(guard.flush(PATIENCE));
    assert_eq!(collector.transactions().remove(0).name, "work");
    drop(guard);

    let error = init(b"authority.pem".to_vec()).start().unwrap_err();
    let expected = "option ca_certs = \"PEM text\": there is no";
    assert!(error.to_string().starts_with(expected), "{error}");
    collector.shutdown().await;
}

#[test]
fn unreadable_certificates_are_an_error_that_says_why() {
    let good = String::from_utf8(Authority::new().pem()).unwrap();
    let cut = &good[..good.len() / 2];
    let section = |kind, text| format!("-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n");
    let no_base64 = good.clone() + &section("CERTIFICATE", "MIIB!");
    let no_certificate = good.clone() + &section("CERTIFICATE", "AAAA");
    let (none, key) = (String::new(), section("PRIVATE KEY", "AAAA"));
    for (text, reason) in [
        (&*none, "there is no `-----BEGIN CERTIFICATE-----`"),
        (&*key, "there is no `-----BEGIN CERTIFICATE-----`"),
        ("-----BEGIN CERT", "after 0 certificates"),
        (cut, "after 0 certificates"),
        (&*no_base64, "after 1 certificates"),
        (&*no_certificate, "certificate 2 cannot be read"),
    ] {
        let options = options(Some(text.as_bytes().to_vec()));
        let error = HttpTransport::with_options("https://key@localhost/1", options).unwrap_err();
        assert!(matches!(error, HttpError::CaCerts(_)));
        assert!(error.to_string().contains(reason), "{error}");
    }
}
