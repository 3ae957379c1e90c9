//! The storefront: axum, which calls orders through reqwest.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use reqwest_middleware::ClientWithMiddleware;
use sentry_trace::axum::TraceLayer;
use sentry_trace::reqwest::{ClientBuilderExt, TraceMiddleware};
use sentry_trace::{Tracer, start_span};

use super::listen;
use crate::demo::page::Page;

struct Shop {
    client: ClientWithMiddleware,
    orders: String,
}

/// Serves the page too, where there is one.
pub(super) fn serve(
    tracer: &Tracer,
    orders: &str,
    page: Option<Page>,
) -> Result<SocketAddr, String> {
    let middleware = TraceMiddleware::new().tracer(tracer.clone());
    let client = reqwest::Client::builder().build_traced_with(middleware);
    let shop = Shop {
        client: client.map_err(|error| error.to_string())?,
        orders: orders.to_owned(),
    };
    let router = Router::new()
        .route("/checkout/{id}", get(checkout))
        .with_state(Arc::new(shop))
        .merge(
            page.as_ref()
                .map(|page| page.routes(orders))
                .unwrap_or_default(),
        )
        .layer(TraceLayer::new().tracer(tracer.clone()))
        .merge(page.map(Page::script).unwrap_or_default());
    let (listener, address) = listen::with_tokio()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

/// Asks for an order and renders a receipt.
async fn checkout(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<u32>,
) -> Result<String, StatusCode> {
    let answer = shop
        .client
        .get(format!("{}/orders/{id}", shop.orders))
        .send()
        .await;
    let answer = answer.map_err(|_| StatusCode::BAD_GATEWAY)?;
    let order = answer.text().await.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok(start_span("render receipt")
        .op("template.render")
        .run(|span| {
            span.set_data("template", "receipt.html");
            format!("order {id}: {order}\n")
        }))
}
