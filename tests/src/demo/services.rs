//! The services of the demo, each with a tracer of its own, as if in a process of its own.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use reqwest_middleware::ClientWithMiddleware;
use sentry_trace::axum::TraceLayer;
use sentry_trace::export::transport::EnvelopeSink;
use sentry_trace::reqwest::{ClientBuilderExt, TraceMiddleware};
use sentry_trace::{Options, TraceFutureExt, Tracer, start_span};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Transactions that one request to the storefront leads to: one of the storefront, one of orders, two of stock.
pub(super) const TRANSACTIONS: usize = 4;

/// The services that are up.
pub(super) struct Services {
    /// Where requests start.
    pub(super) storefront: String,
    tracers: Vec<Tracer>,
}

/// What the handlers of a service share.
struct Shop {
    client: ClientWithMiddleware,
    /// The service that it calls.
    next: String,
}

impl Services {
    /// Starts them, the last of the chain first; `sink` makes the sink of each.
    pub(super) async fn start(
        sink: impl Fn() -> Result<EnvelopeSink, String>,
        dsn: &str,
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
        let (storefront, orders, stock) =
            (tracer("storefront")?, tracer("orders")?, tracer("stock")?);
        let stock_url = serve(
            Router::new().route("/stock/{sku}", get(reserve)),
            &stock,
            "",
        )
        .await?;
        let orders_url = serve(
            Router::new().route("/orders/{id}", get(place_order)),
            &orders,
            &stock_url,
        )
        .await?;
        let storefront_routes = Router::new().route("/checkout/{id}", get(checkout));
        Ok(Self {
            storefront: serve(storefront_routes, &storefront, &orders_url).await?,
            tracers: vec![storefront, orders, stock],
        })
    }

    /// Waits until everything has been delivered; says whether it has.
    pub(super) async fn flush(&self, timeout: Duration) -> bool {
        let tracers = self.tracers.clone();
        let flush = move || tracers.iter().all(|tracer| tracer.flush(timeout));
        tokio::task::spawn_blocking(flush).await.unwrap_or(false)
    }
}

async fn serve(routes: Router<Arc<Shop>>, tracer: &Tracer, next: &str) -> Result<String, String> {
    let middleware = TraceMiddleware::new().tracer(tracer.clone());
    let client = reqwest::Client::builder()
        .build_traced_with(middleware)
        .map_err(|error| error.to_string())?;
    let router = routes
        .layer(TraceLayer::new().tracer(tracer.clone()))
        .with_state(Arc::new(Shop {
            client,
            next: next.to_owned(),
        }));
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(format!("http://{address}"))
}

/// The storefront: asks for an order and renders a page.
async fn checkout(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<String, StatusCode> {
    let order = fetch(&shop, &format!("/orders/{id}")).await?;
    start_span("render receipt")
        .op("template.render")
        .run(|span| {
            span.set_data("template", "receipt.html");
            Ok(format!("order {id}: {order}\n"))
        })
}

/// Orders: reads the order, then reserves its two articles at the same time.
async fn place_order(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<Json<Value>, StatusCode> {
    let articles = in_span(
        "SELECT article FROM orders",
        "db.sql.query",
        4,
        ["cup", "saucer"],
    )
    .await;
    let reserve = |article| {
        let path = format!("/stock/{article}");
        let shop = shop.clone();
        async move { fetch(&shop, &path).await }
    };
    let (first, second) = tokio::join!(reserve(articles[0]), reserve(articles[1]));
    Ok(Json(json!({ "id": id, "reserved": [first?, second?] })))
}

/// Stock: the last of the chain.
async fn reserve(Path(sku): Path<String>) -> Json<Value> {
    let left = in_span("UPDATE stock", "db.sql.query", 7, 41).await;
    Json(json!({ "sku": sku, "left": left }))
}

async fn fetch(shop: &Shop, path: &str) -> Result<Value, StatusCode> {
    let answer = shop.client.get(format!("{}{path}", shop.next)).send().await;
    let answer = answer
        .and_then(|answer| Ok(answer.error_for_status()?))
        .map_err(|_| StatusCode::BAD_GATEWAY)?;
    let text = answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    serde_json::from_str(&text).map_err(|_| StatusCode::BAD_GATEWAY)
}

/// Stands for work that takes some milliseconds.
fn in_span<T>(
    name: &'static str,
    op: &'static str,
    milliseconds: u64,
    result: T,
) -> impl Future<Output = T> {
    let span = start_span(name).op(op).start();
    async move {
        // why: a waterfall without durations shows nothing; nothing waits for this
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        result
    }
    .in_trace_span(span)
}
