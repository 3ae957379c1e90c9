//! Answers and connections that are not as they should be, towards a bare socket.
#![cfg(feature = "dsn")]
#![allow(clippy::unwrap_used)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use sentry_trace_export::http::{HttpOptions, HttpTransport};
use sentry_trace_export::transport::Transport;
use support::{PATIENCE, envelope};

fn options() -> HttpOptions {
    let mut options = HttpOptions::default();
    options.retry_delay = Duration::from_millis(1);
    options
}

/// Answers each request with `answer`, whatever it is, and counts those with an envelope of a transaction.
fn server(answer: String) -> (String, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let dsn = format!("http://key@{}/1", listener.local_addr().unwrap());
    let requests = Arc::<AtomicU32>::default();
    let counted = requests.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            if read(&mut stream).contains("\"transaction\"") {
                counted.fetch_add(1, Ordering::Relaxed);
            }
            // The client may be gone.
            _ = stream.get_mut().write_all(answer.as_bytes());
        }
    });
    (dsn, requests)
}

fn read(stream: &mut BufReader<TcpStream>) -> String {
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    String::from_utf8_lossy(&body).into_owned()
}

#[test]
fn an_answer_that_cannot_be_read_is_one() {
    let many: String = (0..200)
        .map(|number| format!("x-{number}: 1\r\n"))
        .collect();
    for answer in [
        "HTTP/1.1 100 Continue\r\ndate: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
            .to_owned(),
        format!("HTTP/1.1 200 OK\r\n{many}content-length: 0\r\n\r\n"),
        "nonsense\r\n\r\n".to_owned(),
    ] {
        let (dsn, requests) = server(answer.clone());
        let transport = HttpTransport::with_options(&dsn, options()).unwrap();
        transport.send(&envelope("work"));
        assert!(transport.flush(PATIENCE), "{answer}");
        assert_eq!(requests.load(Ordering::Relaxed), 1, "{answer}");
        let stats = transport.stats();
        assert_eq!((stats.retries, stats.lost), (0, 1), "{answer}");
    }
}

/// A port whose queue of connections is full: further ones get no answer.
fn full_port() -> (TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300));
    let held = std::iter::from_fn(|| connect().ok()).collect();
    (listener, held)
}

#[cfg(target_os = "linux")]
#[test]
fn without_a_connection_an_envelope_is_kept_whatever_the_times_are() {
    let (listener, _held) = full_port();
    let dsn = format!("http://key@{}/1", listener.local_addr().unwrap());
    for (connect, whole) in [(100, 5000), (5000, 300), (300, 300)] {
        let mut options = options();
        options.connect_timeout = Duration::from_millis(connect);
        options.timeout = Duration::from_millis(whole);
        let transport = HttpTransport::with_options(&dsn, options).unwrap();
        transport.send(&envelope("work"));
        assert!(!transport.flush(Duration::from_secs(1)));
        let stats = transport.stats();
        assert_eq!((stats.lost, stats.waiting), (0, 1), "{connect} {whole}");
    }
}
