//! A service under test that is up: the app on a server, with a client and a tracer of its own.

use std::sync::Arc;

use sentry_trace::export::envelope::Format;
use sentry_trace::export::http::HttpTransport;
use sentry_trace::export::transport::EnvelopeSink;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Options, Tracer};
use serde_json::Value;

use super::app::{App, Probe};
use super::pair::Pair;
use super::server::Running;
use super::wire::{self, PATIENCE, Wire};

/// A service that is up.
pub struct Service {
    /// What it recorded.
    pub sink: MemorySink,
    /// How far its requests have come.
    pub probe: Arc<Probe>,
    /// What it is traced with.
    pub tracer: Tracer,
    running: Running,
}

impl Service {
    /// Starts it; what it records stays in [`sink`](Self::sink).
    pub fn start(pair: &Pair, options: Options) -> Self {
        let sink = MemorySink::new();
        Self::run(pair, options.inline_sink(sink.clone()), sink)
    }

    /// Starts it; what it records goes to a collector, as envelopes over HTTP.
    pub fn start_exporting(pair: &Pair, options: Options, dsn: &str) -> Self {
        let transport = HttpTransport::new(dsn).expect("the collector's DSN is valid");
        let sink = EnvelopeSink::new(Format::Transaction).to(transport);
        Self::run(pair, options.dsn(dsn).sink(sink), MemorySink::new())
    }

    fn run(pair: &Pair, options: Options, sink: MemorySink) -> Self {
        let tracer =
            Tracer::new(options.ignore_environment()).expect("the suite's options are valid");
        let probe = Arc::new(Probe::default());
        let app = App {
            tracer: tracer.clone(),
            client: pair.client,
            port: 0,
            probe: probe.clone(),
        };
        Self {
            sink,
            probe,
            tracer,
            running: pair.server.start(Arc::new(app)),
        }
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address)
    }

    /// Sends a request and gives its answer whole.
    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> wire::Answer {
        self.request("GET", path, headers).await
    }

    /// Sends a request of any method.
    pub async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> wire::Answer {
        let mut wire = Wire::connect(self.running.address).await;
        wire.send(method, path, headers).await;
        wire.answer().await
    }

    /// A connection of its own, for requests that are broken off.
    pub async fn connect(&self) -> Wire {
        Wire::connect(self.running.address).await
    }

    /// Lets the service call a URL with headers of the handler's own.
    pub async fn call(&self, url: &str, incoming: &[(&str, &str)], own: &[(&str, &str)]) -> Value {
        self.call_with(&[("url", url)], incoming, own).await
    }

    /// As [`call`](Self::call), with all parameters of the route.
    pub async fn call_with(
        &self,
        parameters: &[(&str, &str)],
        incoming: &[(&str, &str)],
        own: &[(&str, &str)],
    ) -> Value {
        let query = query(parameters, own);
        let answer = self.get(&format!("/call?{query}"), incoming).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.text()).expect("the app answers JSON")
    }

    /// The one transaction that was recorded.
    pub async fn transaction(&self) -> Transaction {
        let mut transactions = self.transactions(1).await;
        assert_eq!(transactions.len(), 1, "{transactions:#?}");
        transactions.remove(0)
    }

    /// Waits for that many transactions.
    pub async fn transactions(&self, count: usize) -> Vec<Transaction> {
        let sink = self.sink.clone();
        let waited = tokio::task::spawn_blocking(move || sink.wait_for(count, PATIENCE));
        match waited.await.expect("waiting does not panic") {
            Ok(transactions) => transactions,
            Err(fewer) => panic!("only {} of {count} transactions: {fewer:#?}", fewer.len()),
        }
    }

    /// What was recorded, for requests that must record nothing: all their answers have been read to the end.
    pub fn recorded_now(&self) -> Vec<Transaction> {
        self.sink.take()
    }
}

fn query(parameters: &[(&str, &str)], own: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    for (name, value) in own {
        query.append_pair(&format!("h.{name}"), value);
    }
    query.finish()
}
