//! The sending thread.

use std::io::Write;
use std::sync::Arc;
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::shared::{Job, Shared};
use crate::envelope::{report_header, write_item};
use crate::post::{Posted, Poster};
use crate::time::now;

/// Shorter bodies gain nothing by compression.
const COMPRESS_FROM: usize = 1024;

pub(super) fn start(poster: Poster, shared: Arc<Shared>) -> std::io::Result<()> {
    let work = move || {
        while let Some(job) = shared.next_job() {
            let posted = send(&poster, &job);
            shared.settle(job, &posted);
        }
    };
    thread::Builder::new()
        .name("sentry-trace-http".into())
        .spawn(work)
        .map(drop)
}

fn send(poster: &Poster, job: &Job) -> Posted {
    let body = body(job);
    match compressed(&body) {
        Some(compressed) => poster.post(&compressed, Some("gzip")),
        None => poster.post(&body, None),
    }
}

fn body(job: &Job) -> Vec<u8> {
    let sent_at = now();
    let mut body = match &job.waiting {
        Some(waiting) => waiting.envelope.to_bytes(sent_at),
        None => report_header(sent_at),
    };
    if !job.report.is_empty() {
        write_item(
            &mut body,
            "client_report",
            &job.report.report(sent_at),
            |_| {},
        );
    }
    body
}

fn compressed(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < COMPRESS_FROM {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}
