//! Orders: actix-web, which calls stock through awc and, from a blocking section, through ureq.

use std::net::SocketAddr;

use actix_cors::Cors;
use actix_web::error::{Error, ErrorBadGateway};
use actix_web::rt::System;
use actix_web::web::{self, Data, Path};
use actix_web::{App, HttpServer};
use sentry_trace::actix::{TraceMiddleware, allowed_request_headers};
use sentry_trace::awc::ClientMiddleware;
use sentry_trace::ureq::ConfigBuilderExt;
use sentry_trace::{Tracer, carry_trace};

use super::listen;
use super::work::in_span;

struct Warehouse {
    stock: String,
    client: awc::Client,
    blocking_client: ureq::Agent,
}

pub(super) fn serve(tracer: &Tracer, stock: &str) -> Result<SocketAddr, String> {
    let (listener, address) = listen::blocking()?;
    let (tracer, stock) = (tracer.clone(), stock.to_owned());
    let app = move || {
        let warehouse = Data::new(Warehouse {
            stock: stock.clone(),
            client: awc::Client::builder()
                .wrap(ClientMiddleware::new().tracer(tracer.clone()))
                .finish(),
            blocking_client: ureq::Agent::config_builder().build_traced_with(
                sentry_trace::ureq::TraceMiddleware::new().tracer(tracer.clone()),
            ),
        });
        App::new()
            .app_data(warehouse)
            .route("/orders/{id}", web::get().to(place_order))
            .wrap(cors())
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    };
    // actix has threads of its own; they end with the process.
    std::thread::spawn(move || {
        let server = HttpServer::new(app).workers(1).disable_signals();
        System::new().block_on(async { server.listen(listener)?.run().await })
    });
    Ok(address)
}

/// The storefront's page has another origin.
fn cors() -> Cors {
    Cors::default()
        .allow_any_origin()
        .allowed_methods(["GET"])
        .allowed_headers(allowed_request_headers(false))
}

/// Reads the order, then reserves its two articles at the same time.
async fn place_order(warehouse: Data<Warehouse>, id: Path<u32>) -> Result<String, Error> {
    let articles = in_span(
        "SELECT article FROM orders",
        "db.sql.query",
        4,
        ["cup", "saucer"],
    )
    .await;
    let url = |article| format!("{}/stock/{article}", warehouse.stock);
    let first = async {
        let answer = warehouse.client.get(url(articles[0])).send().await;
        let body = answer
            .map_err(|error| ErrorBadGateway(error.to_string()))?
            .body()
            .await;
        body.map_err(|error| ErrorBadGateway(error.to_string()))
    };
    let (agent, second_url) = (warehouse.blocking_client.clone(), url(articles[1]));
    let second = web::block(carry_trace(move || {
        let mut answer = agent.get(second_url).call()?;
        answer.body_mut().read_to_string()
    }));
    let (first, second) = tokio::join!(first, second);
    let second = second?.map_err(|error| ErrorBadGateway(error.to_string()))?;
    Ok(format!(
        "{id}, {}, {second}",
        String::from_utf8_lossy(&first?)
    ))
}
