//! What is kept takes about as much memory as counts. A process of its own, whose memory nothing else changes.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use sentry_trace_collector::{Collector, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The memory of this process, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes: usize = line.unwrap().trim_end_matches("kB").trim().parse().unwrap();
    kibibytes * 1024
}

/// A transaction of a megabyte that takes a hundred times as much as JSON in memory.
fn dense() -> Vec<u8> {
    let start = br#"{"start_timestamp":1,"timestamp":2,"contexts":{"trace":{"trace_id":"a","span_id":"b","data":{"d":["#;
    [
        b"{}\n{\"type\":\"transaction\"}\n",
        &start[..],
        &br#"{"a":0},"#.repeat(125_000),
        b"0]}}}}\n",
    ]
    .concat()
}

#[tokio::test]
async fn dense_json_counts_for_what_it_takes() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&dense()).unwrap();
    let body = gzip.finish().unwrap();
    let head = format!(
        "POST /api/1/envelope/ HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let collector = Collector::start().await.unwrap();
    let before = resident();
    let mut stream = TcpStream::connect(collector.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let takes = resident() - before;
    let counts = collector.read(Store::kept_bytes);
    assert!(takes > 64 * 1024 * 1024, "{takes} bytes say little");
    assert!(
        takes < 2 * counts,
        "{takes} bytes in memory, {counts} counted"
    );
    collector.shutdown().await;
}
