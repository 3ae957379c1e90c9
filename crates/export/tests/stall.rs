//! Ten thousand transactions a second, for ten seconds, towards a collector that hangs.
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use sentry_trace_collector::{Behaviour, Collector};
use sentry_trace_export::envelope::Format;
use sentry_trace_export::http::{HttpOptions, HttpTransport};
use sentry_trace_export::transport::EnvelopeSink;
use sentry_trace_runtime::{Options, Tracer};
use support::{PATIENCE, Shared, timed};

const PER_SECOND: u32 = 10_000;
const SECONDS: u32 = 10;

/// Pages of memory that the process holds, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_and_nothing_grows() {
    let collector = Collector::start().await.unwrap();
    collector.set_behaviour(Behaviour::Hang);
    let mut options = HttpOptions::default();
    options.timeout = PATIENCE;
    let transport = HttpTransport::with_options(&collector.dsn(), options).unwrap();
    let transport = Arc::new(transport);
    let sink = EnvelopeSink::new(Format::Transaction).to(Shared(transport.clone()));
    let options = Options::new().dsn(collector.dsn()).traces_sample_rate(1.0);
    let tracer = Tracer::new(options.sink(sink)).unwrap();

    let request = || {
        let root = tracer
            .start_new_trace()
            .start_span("GET /")
            .op("http.server")
            .start();
        root.start_child("load")
            .op("db")
            .data("rows", 3)
            .start()
            .finish();
        root.finish();
    };
    let (start, mut settled, mut slowest) = (Instant::now(), 0, Vec::new());
    for number in 0..PER_SECOND * SECONDS {
        let due = start + Duration::from_secs(1) * number / PER_SECOND;
        if let Some(early) = due.checked_duration_since(Instant::now()) {
            // why: this is the pace of the load, nothing is waited for.
            std::thread::sleep(early);
        }
        slowest.push(timed(request).1);
        if number == PER_SECOND {
            settled = resident();
        }
    }
    assert!(start.elapsed() >= Duration::from_secs(9));

    slowest.sort();
    let (most, worst) = (
        slowest[slowest.len() * 999 / 1000],
        slowest[slowest.len() - 1],
    );
    assert!(most < Duration::from_millis(5), "99.9 % below {most:?}");
    assert!(worst < Duration::from_secs(1), "{worst:?}");
    // The measurements themselves take 16 bytes each.
    let grown = resident().saturating_sub(settled);
    assert!(grown < 16 * 1024 * 1024, "{grown} bytes");

    let (stats, carried) = (tracer.stats(), transport.stats());
    assert!(
        carried.waiting <= 256 && carried.waiting_bytes <= 16 * 1024 * 1024,
        "{carried:?}"
    );
    assert_eq!(carried.delivered, 0);
    let offered = u64::from(PER_SECOND * SECONDS);
    assert_eq!(stats.transactions + stats.dropped_transactions, offered);

    // Everything is accounted for: what waits arrives once, and the rest is reported.
    collector.set_behaviour(Behaviour::Normal);
    collector.release();
    assert!(tracer.flush(PATIENCE));
    let reported: u64 = collector
        .client_reports()
        .into_iter()
        .flat_map(|report| report.discarded)
        .filter(|line| line.category == "transaction")
        .map(|line| line.quantity)
        .sum();
    assert_eq!(collector.transactions().len() as u64 + reported, offered);
    collector.shutdown().await;
}
