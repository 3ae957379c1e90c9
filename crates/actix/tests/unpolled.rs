//! A request that is given up before its future is polled.

mod common;

use actix_web::dev::Service;
use actix_web::{App, HttpResponse, test, web};
use common::{status, tracer};
use sentry_trace_actix::TraceMiddleware;

#[actix_web::test]
async fn it_is_one_cancelled_transaction() {
    let (sink, tracer) = tracer();
    let app = App::new()
        .route("/orders", web::get().to(HttpResponse::Ok))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;

    drop(app.call(test::TestRequest::get().uri("/orders").to_request()));

    let transactions = sink.take();
    assert_eq!(transactions.len(), 1);
    assert_eq!(status(&transactions[0]), "cancelled");
}
