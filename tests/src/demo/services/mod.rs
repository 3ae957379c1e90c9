//! The services of the demo, each with a tracer of its own, as if in a process of its own.

mod audit;
mod listen;
mod orders;
mod stock;
mod storefront;
mod work;

use std::net::SocketAddr;
use std::time::Duration;

use sentry_trace::export::transport::EnvelopeSink;
use sentry_trace::{Options, Tracer};

use super::page::Page;

/// Transactions that one request to the storefront leads to: one of the storefront, one of orders, two of stock, and
/// one of audit for each of those.
pub(super) const TRANSACTIONS: usize = 6;

/// The services that are up.
pub(super) struct Services {
    /// Where requests start.
    pub(super) storefront: String,
    tracers: Vec<Tracer>,
}

impl Services {
    /// Starts them, the last of the chain first; `sink` makes the sink of each, and `page` is the storefront's.
    pub(super) async fn start(
        sink: impl Fn() -> Result<EnvelopeSink, String>,
        dsn: &str,
        page: Option<Page>,
    ) -> Result<Self, String> {
        let tracer = |name: &str| {
            let options = Options::new()
                .dsn(dsn)
                .release("demo@1.0.0")
                .environment("demo")
                .server_name(name)
                .traces_sample_rate(1.0)
                .trace_propagation_targets(["http://127.0.0.1:"]);
            Tracer::new(options.sink(sink()?)).map_err(|error| error.to_string())
        };
        let audit_tracer = tracer("audit")?;
        let stock_tracer = tracer("stock")?;
        let orders_tracer = tracer("orders")?;
        let storefront_tracer = tracer("storefront")?;
        let audit = audit::serve(&audit_tracer)?;
        let stock = stock::serve(&stock_tracer, &url(audit))?;
        let orders = orders::serve(&orders_tracer, &url(stock))?;
        let storefront = storefront::serve(&storefront_tracer, &url(orders), page)?;
        Ok(Self {
            storefront: url(storefront),
            tracers: vec![storefront_tracer, orders_tracer, stock_tracer, audit_tracer],
        })
    }

    /// Waits until everything has been delivered; says whether it has.
    pub(super) async fn flush(&self, timeout: Duration) -> bool {
        let tracers = self.tracers.clone();
        let flush = move || tracers.iter().all(|tracer| tracer.flush(timeout));
        tokio::task::spawn_blocking(flush).await.unwrap_or(false)
    }
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
