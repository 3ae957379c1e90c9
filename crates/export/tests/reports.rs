//! Client reports, towards servers that take what else there is, or answer too late.
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

#[path = "support/server.rs"]
mod server;
mod support;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use sentry_trace_export::http::{HttpOptions, HttpTransport};
use sentry_trace_export::transport::Transport;
use sentry_trace_runtime::sink::{Loss, LossReason};
use server::Server;
use support::{PATIENCE, envelope};

fn transport(server: &Server, timeout: Duration) -> HttpTransport {
    let mut options = HttpOptions::default();
    options.retry_delay = Duration::from_millis(10);
    options.timeout = timeout;
    HttpTransport::with_options(&server.dsn(), options).unwrap()
}

/// What came so far and has a report in it.
fn reports(server: &Server) -> Vec<String> {
    let mut bodies = server.bodies();
    bodies.retain(|body| has_report(body));
    bodies
}

/// Waits for what happens on another thread.
#[track_caller]
fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "it has not happened in time");
        std::thread::yield_now();
    }
}

fn has_report(body: &str) -> bool {
    body.contains("\"client_report\"")
}

#[test]
fn a_report_that_may_have_arrived_is_not_sent_again() {
    let mut requests = 0;
    let server = Server::start(move |_| {
        requests += 1;
        (requests > 1).then_some(200)
    });
    let transport = transport(&server, Duration::from_millis(500));
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    assert!(transport.flush(PATIENCE));
    transport.send(&envelope("work"));
    for _ in 0..2 {
        assert!(transport.flush(PATIENCE));
    }
    assert_eq!(transport.stats().delivered, 1);
    assert_eq!(reports(&server).len(), 1);
}

#[test]
fn what_a_server_that_hangs_costs_is_reported_when_it_answers() {
    let mut requests = 0;
    let server = Server::start(move |_| {
        requests += 1;
        (requests > 3).then_some(200)
    });
    let transport = transport(&server, Duration::from_millis(500));
    for name in ["first", "second", "third", "fourth"] {
        transport.send(&envelope(name));
    }
    assert!(transport.flush(PATIENCE));
    assert_eq!(transport.stats().delivered, 1);
    let reports = reports(&server);
    assert_eq!(reports.len(), 1, "{reports:?}");
    let line = "{\"reason\":\"network_error\",\"category\":\"transaction\",\"quantity\":3}";
    assert!(reports[0].contains(line), "{reports:?}");
}

#[test]
fn a_server_that_refuses_reports_gets_the_envelopes_all_the_same() {
    let server = Server::start(|body| Some(if has_report(body) { 400 } else { 200 }));
    let transport = transport(&server, PATIENCE);
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    for name in ["first", "second", "third"] {
        transport.send(&envelope(name));
        assert!(transport.flush(PATIENCE));
    }
    // The first one went with the report, which then went alone and was not sent again.
    let stats = transport.stats();
    assert_eq!((stats.delivered, stats.lost), (2, 1));
    assert_eq!((server.bodies().len(), reports(&server).len()), (4, 2));
    // Further ones go alone at once.
    for _ in 0..3 {
        transport.lost(LossReason::QueueOverflow, Loss::new(1, 1));
        transport.send(&envelope("further"));
        assert!(transport.flush(PATIENCE));
        assert!(transport.flush(PATIENCE));
    }
    assert_eq!(
        (transport.stats().delivered, transport.stats().lost),
        (5, 1)
    );
}

#[test]
fn at_the_end_envelopes_go_before_a_report_that_was_refused() {
    let mut refused = 0;
    let server = Server::start(move |body| {
        if !has_report(body) {
            return Some(200);
        }
        refused += 1;
        Some(if refused == 1 { 400 } else { 500 })
    });
    let transport = transport(&server, PATIENCE);
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    transport.send(&envelope("with the report"));
    let arrived = || server.bodies().len() - reports(&server).len();
    until(|| !server.bodies().is_empty());
    for name in ["first", "second", "third"] {
        transport.send(&envelope(name));
    }
    drop(transport);
    until(|| arrived() == 3);
}

#[test]
fn a_flush_reports_what_was_lost_before_although_the_first_answer_is_bad() {
    for first_answer in [503, 413] {
        let mut answers = 0;
        let server = Server::start(move |_| {
            answers += 1;
            Some(if answers == 1 { first_answer } else { 200 })
        });
        let transport = transport(&server, PATIENCE);
        transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
        transport.send(&envelope("work"));
        assert!(transport.flush(PATIENCE));
        let bodies = server.bodies();
        let accepted = bodies[1..].iter().filter(|body| has_report(body));
        let accepted: Vec<_> = accepted.collect();
        assert_eq!(accepted.len(), 1, "{first_answer}");
        assert!(accepted[0].contains("queue_overflow"), "{first_answer}");
    }
}

#[test]
fn a_flush_that_gives_up_leaves_another_one_its_hurry() {
    let (given_up, wait) = mpsc::channel();
    let server = Server::start(move |body| {
        if has_report(body) {
            return Some(200);
        }
        wait.recv().unwrap();
        Some(413)
    });
    let transport = transport(&server, PATIENCE);
    transport.send(&envelope("refused"));
    until(|| !server.bodies().is_empty());
    std::thread::scope(|scope| {
        let patient = scope.spawn(|| transport.flush(PATIENCE));
        assert!(!transport.flush(Duration::from_millis(50)));
        given_up.send(()).unwrap();
        assert!(patient.join().unwrap());
    });
    assert_eq!(reports(&server).len(), 1);
}

#[test]
fn at_the_end_a_report_that_was_refused_with_an_envelope_goes_alone() {
    let (dropped, wait) = mpsc::channel();
    let server = Server::start(move |body| {
        if body.contains("\"transaction\",\"length\"") {
            wait.recv().unwrap();
            return Some(413);
        }
        Some(200)
    });
    let transport = transport(&server, PATIENCE);
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    transport.send(&envelope("refused"));
    until(|| !server.bodies().is_empty());
    drop(transport);
    dropped.send(()).unwrap();
    until(|| server.bodies().len() == 2);
    let alone = &server.bodies()[1];
    assert!(alone.contains("send_error"), "{alone}");
    assert!(alone.contains("queue_overflow"), "{alone}");
}

#[test]
fn what_failed_before_the_end_is_tried_once_more() {
    let mut requests = 0;
    let server = Server::start(move |_| {
        requests += 1;
        Some(if requests == 1 { 503 } else { 200 })
    });
    let mut options = HttpOptions::default();
    options.retry_delay = PATIENCE;
    let transport = HttpTransport::with_options(&server.dsn(), options).unwrap();
    for name in ["first", "second", "third"] {
        transport.send(&envelope(name));
    }
    until(|| transport.stats().retries == 1);
    drop(transport);
    until(|| server.bodies().len() == 4);
}

#[test]
fn a_flush_that_uses_up_the_retries_reports_what_was_lost_before_too() {
    let mut answers = 0;
    let server = Server::start(move |_| {
        answers += 1;
        Some(if answers == 1 { 503 } else { 200 })
    });
    let mut options = HttpOptions::default();
    options.retry_delay = Duration::from_millis(10);
    options.retries = 0;
    let transport = HttpTransport::with_options(&server.dsn(), options).unwrap();
    transport.lost(LossReason::QueueOverflow, Loss::new(3, 10));
    transport.send(&envelope("work"));
    assert!(transport.flush(PATIENCE));
    let report = server.bodies().pop().unwrap();
    assert!(report.contains("queue_overflow"), "{report}");
    assert!(report.contains("send_error"), "{report}");
}

#[test]
fn reports_can_be_switched_off() {
    let server = Server::start(|_| Some(200));
    let mut options = HttpOptions::default();
    options.client_reports = false;
    let transport = HttpTransport::with_options(&server.dsn(), options).unwrap();
    transport.lost(LossReason::SampleRate, Loss::new(3, 10));
    transport.send(&envelope("work"));
    assert!(transport.flush(PATIENCE));
    assert_eq!((server.bodies().len(), reports(&server).len()), (1, 0));
}
