//! Copies to a sidecar, which may not be there.
#![cfg(all(feature = "spotlight", feature = "dsn"))]
#![allow(clippy::unwrap_used)]

mod support;

use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sentry_trace_collector::{Behaviour, Collector};
use sentry_trace_export::envelope::Format;
use sentry_trace_export::http::HttpTransport;
use sentry_trace_export::spotlight::{Spotlight, SpotlightError};
use sentry_trace_export::transport::{EnvelopeSink, Transport};
use sentry_trace_runtime::sink::Sink;
use support::{PATIENCE, envelope, timed, transaction};

fn spotlight(url: &str) -> (Spotlight, Receiver<String>) {
    let (warn, warned) = channel();
    let tell = move |warning: &str| warn.send(warning.to_owned()).unwrap();
    (Spotlight::with_warning(url, tell).unwrap(), warned)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sidecar_gets_what_the_project_gets() {
    let (project, sidecar) = (
        Collector::start().await.unwrap(),
        Collector::start().await.unwrap(),
    );
    let (copies, warned) = spotlight(&format!("{}/stream", sidecar.url()));
    let sink = EnvelopeSink::new(Format::Transaction)
        .to(HttpTransport::new(&project.dsn()).unwrap())
        .to(copies);
    sink.accept(transaction("work", 2));
    assert!(sink.flush(PATIENCE));
    let copied = sidecar.wait_for_transactions(1, PATIENCE).await.unwrap();
    assert_eq!(copied, project.transactions());
    assert_eq!(sidecar.envelopes()[0].project, None);
    drop(sink);
    assert!(warned.recv().is_err());
    project.shutdown().await;
    sidecar.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sidecar_that_is_not_there_is_one_warning() {
    let sidecar = Collector::start().await.unwrap();
    let url = format!("{}/stream", sidecar.url());
    sidecar.shutdown().await;
    let (copies, warned) = spotlight(&url);
    for _ in 0..10 {
        copies.send(&envelope("work"));
    }
    assert!(copies.flush(PATIENCE));
    drop(copies);
    let warnings: Vec<_> = warned.iter().collect();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains(&url), "{warnings:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flush_waits_also_where_no_further_copy_finds_room() {
    let sidecar = Collector::start().await.unwrap();
    let (copies, warned) = spotlight(&format!("{}/stream", sidecar.url()));
    for _ in 0..1000 {
        copies.send(&envelope("work"));
    }
    assert!(copies.flush(PATIENCE));
    assert!(sidecar.transactions().len() > 100);
    drop(copies);
    assert_eq!(warned.iter().count(), 1);
    sidecar.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sidecar_that_hangs_delays_nobody() {
    let (project, sidecar) = (
        Collector::start().await.unwrap(),
        Collector::start().await.unwrap(),
    );
    sidecar.set_behaviour(Behaviour::Hang);
    let (copies, _warned) = spotlight(&format!("{}/stream", sidecar.url()));
    let sink = EnvelopeSink::new(Format::Transaction)
        .to(HttpTransport::new(&project.dsn()).unwrap())
        .to(copies);
    // The copies fit into the channel at first, and then they do not.
    for count in [20, 250] {
        let transactions: Vec<_> = (0..count).map(|_| transaction("work", 0)).collect();
        let ((), took) = timed(|| transactions.into_iter().for_each(|one| sink.accept(one)));
        assert!(took < Duration::from_secs(1), "{took:?}");
        let (flushed, took) = timed(|| sink.flush(PATIENCE));
        assert!(flushed && took < Duration::from_secs(5), "{took:?}");
    }
    assert_eq!(project.transactions().len(), 270);
    project.shutdown().await;
    sidecar.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_that_panics_costs_no_copies() {
    let sidecar = Collector::start().await.unwrap();
    sidecar.behave_next(1, Behaviour::respond(500, &[]).unwrap());
    let url = format!("{}/stream", sidecar.url());
    let copies = Spotlight::with_warning(&url, |warning| panic!("{warning}")).unwrap();
    for _ in 0..3 {
        copies.send(&envelope("work"));
    }
    let copied = sidecar.wait_for_transactions(2, PATIENCE).await.unwrap();
    assert_eq!(copied.len(), 2);
    sidecar.shutdown().await;
}

/// Set in the process that has a proxy.
const SIDECAR: &str = "SENTRY_TRACE_TEST_SIDECAR";

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_not_asked_for_the_sidecar() {
    let sidecar = Collector::start().await.unwrap();
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", "with_a_proxy"]);
    // Nobody listens there.
    let process = process.env("ALL_PROXY", "http://127.0.0.1:9");
    let process = process.env_remove("NO_PROXY").env_remove("no_proxy");
    let status = process.env(SIDECAR, sidecar.url()).status().unwrap();
    assert!(status.success());
    assert_eq!(sidecar.transactions().len(), 1);
    sidecar.shutdown().await;
}

#[test]
fn with_a_proxy() {
    let Ok(url) = std::env::var(SIDECAR) else {
        return;
    };
    let (copies, _warned) = spotlight(&format!("{url}/stream"));
    copies.send(&envelope("work"));
    assert!(copies.flush(PATIENCE));
}

#[test]
fn what_is_no_url_is_an_error() {
    for url in ["", "spotlight", "ftp://localhost/stream", "http://"] {
        assert!(
            matches!(Spotlight::new(url), Err(SpotlightError::Url(_))),
            "{url}"
        );
    }
}
