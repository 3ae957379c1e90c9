//! A server on a port of its own, requests written by hand, and a tracer that keeps what it records.
#![allow(dead_code, reason = "no test needs everything")]

use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, ServerHandle, Service, ServiceFactory};
use actix_web::rt::System;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Options, Tracer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long anything may take that needs no more than a moment.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A tracer that records everything, also what is not found.
pub(crate) fn tracer() -> (MemorySink, Tracer) {
    tracer_with(Options::new())
}

pub(crate) fn tracer_with(options: Options) -> (MemorySink, Tracer) {
    let sink = MemorySink::new();
    let options = options
        .traces_sample_rate(1.0)
        .trace_ignore_status_codes([599])
        .ignore_environment()
        .inline_sink(sink.clone());
    (sink, Tracer::new(options).expect("valid options"))
}

/// Waits for that many transactions.
pub(crate) fn wait(sink: &MemorySink, count: usize) -> Vec<Transaction> {
    sink.wait_for(count, PATIENCE).expect("transactions")
}

/// Waits for one.
pub(crate) fn wait_for_one(sink: &MemorySink) -> Transaction {
    let mut transactions = wait(sink, 1);
    assert_eq!(transactions.len(), 1, "{transactions:#?}");
    transactions.remove(0)
}

pub(crate) fn status(transaction: &Transaction) -> &'static str {
    transaction
        .root
        .status
        .map_or("none", |status| status.as_str())
}

/// A server in a thread of its own, with two workers, until it is dropped.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves an app of `actix_web` over HTTP/1 and, without TLS, HTTP/2.
    pub(crate) fn start<F, I, S, B>(factory: F) -> Self
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: actix_service::IntoServiceFactory<S, actix_http::Request> + 'static,
        S: ServiceFactory<actix_http::Request, Config = AppConfig> + 'static,
        S::Error: Into<actix_web::Error> + 'static,
        S::InitError: std::fmt::Debug,
        S::Response: Into<Response<B>> + 'static,
        <S::Service as Service<actix_http::Request>>::Future: 'static,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let (started, starting) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            System::new().block_on(async {
                let server = HttpServer::new(factory)
                    .workers(2)
                    .disable_signals()
                    .listen_auto_h2c(listener)
                    .expect("a bound listener")
                    .run();
                started.send(server.handle()).expect("the test waits");
                server.await.expect("the server ends well");
            });
        });
        Self {
            address,
            handle: starting.recv().expect("the server starts"),
            thread: Some(thread),
        }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("it listens")
    }

    /// Sends a request and gives its answer whole.
    pub(crate) async fn request(&self, method: &str, path: &str, headers: &str) -> String {
        let mut stream = self.connect().await;
        send(&mut stream, method, path, headers).await;
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer));
        read.await.expect("an answer in time").expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub(crate) async fn get(&self, path: &str) -> String {
        self.request("GET", path, "").await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Sent now; the future only waits for the end, as the thread does.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server does not panic");
        }
    }
}

/// `headers` are lines that each end with `\r\n`.
pub(crate) async fn send(stream: &mut TcpStream, method: &str, path: &str, headers: &str) {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: actix.test\r\nconnection: close\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("it reads");
}
