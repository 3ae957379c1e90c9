//! Errors that middleware hands on: the client gets the answer that it would get without us.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix_web::dev::{Service, ServiceResponse};
use actix_web::error::{ErrorForbidden, InternalError, ResponseError};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpResponse, test};
use common::{Served, status, tracer, wait_for_one};
use futures_util::{FutureExt, future};
use sentry_trace_actix::TraceMiddleware;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Tracer, Value};

/// An error whose response can be had only once.
fn log_in_first() -> Error {
    let response = HttpResponse::Unauthorized()
        .insert_header(("www-authenticate", "Basic"))
        .body("log in first");
    InternalError::from_response("no", response).into()
}

/// An error that tells its status in its response alone.
#[derive(Debug)]
struct Teapot;

impl std::fmt::Display for Teapot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("short and stout")
    }
}

impl ResponseError for Teapot {
    fn error_response(&self) -> HttpResponse {
        HttpResponse::ImATeapot().body("no coffee")
    }
}

/// An error that has no response at all.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken")
    }
}

impl ResponseError for Broken {
    fn error_response(&self) -> HttpResponse {
        panic!("no response")
    }
}

/// Routes that fail in their own ways.
fn failing(config: &mut ServiceConfig) {
    let refuse = |path: &str, error: fn() -> Error| {
        web::resource(path)
            .to(HttpResponse::Ok)
            .wrap_fn(move |_, _| future::ready(Err::<ServiceResponse, _>(error())))
    };
    config
        .route(
            "/extractor/{id}",
            web::get().to(async |_: web::Path<u32>| ""),
        )
        .route("/handler", web::get().to(async || Err::<&str, _>(Teapot)))
        .service(refuse("/middleware", || Teapot.into()))
        .service(refuse("/login", log_in_first))
        .service(refuse("/broken", || Broken.into()));
}

fn code(transaction: &Transaction) -> Option<i64> {
    let code = transaction.root.data.get("http.response.status_code");
    code.and_then(Value::as_integer)
}

#[actix_web::test]
async fn errors_have_the_status_that_the_client_gets() {
    let (sink, tracer) = tracer();
    let traced = Served::start(move || {
        let layer = TraceMiddleware::new().tracer(tracer.clone());
        App::new()
            .configure(failing)
            .wrap(layer.on_response(|_, headers, span| {
                span.set_data("asks", headers.first("www-authenticate").is_some());
            }))
    });
    let plain = Served::start(|| App::new().configure(failing));
    let rows = [
        ("/extractor/x", 404, "not_found", "GET /extractor/{id}"),
        ("/handler", 418, "invalid_argument", "GET /handler"),
        ("/middleware", 418, "invalid_argument", "GET /middleware"),
        ("/login", 401, "unauthenticated", "GET /login"),
    ];
    for (path, sent, span_status, name) in rows {
        let answer = traced.get(path).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {sent}")), "{answer}");
        assert_eq!(without_date(&answer), without_date(&plain.get(path).await));
        let transaction = wait_for_one(&sink);
        assert_eq!(
            (status(&transaction), &*transaction.root.name),
            (span_status, name)
        );
        assert_eq!(code(&transaction), Some(sent));
        let asks = transaction.root.data.get("asks");
        assert_eq!(asks, Some(&(sent == 401).into()), "{path}");
    }
}

/// What middleware outside of ours gets.
async fn error_of(tracer: Tracer, path: &str) -> Error {
    let app = App::new()
        .configure(failing)
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    let request = test::TestRequest::get().uri(path).to_request();
    app.call(request).await.expect_err("an error")
}

fn without_date(answer: &str) -> Vec<&str> {
    let lines = answer.lines();
    lines.filter(|line| !line.starts_with("date:")).collect()
}

#[actix_web::test]
async fn an_error_keeps_its_type_and_its_response() {
    let (sink, tracer) = tracer();
    let error = error_of(tracer, "/login").await;
    assert!(error.as_error::<InternalError<&str>>().is_some());
    assert_eq!((error.to_string(), format!("{error:?}")), {
        let plain = log_in_first();
        (plain.to_string(), format!("{plain:?}"))
    });
    assert_eq!(error.error_response().status(), 401);
    assert_eq!(code(&wait_for_one(&sink)), Some(401));
    // The response is taken, which is how this error is; the span has ended once.
    assert_eq!(error.error_response().status(), 500);
    drop(error);
    assert_eq!(sink.take().len(), 0);
}

#[actix_web::test]
async fn an_error_that_nobody_answers_has_the_status_that_it_names() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        App::new()
            .configure(failing)
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
            .wrap_fn(|request, service| {
                let response = service.call(request);
                response.map(|response| response.map_err(|_| ErrorForbidden("not for guests")))
            })
    });
    let answer = served.get("/login").await;
    assert!(answer.ends_with("not for guests"), "{answer}");
    let transaction = wait_for_one(&sink);
    assert_eq!(status(&transaction), "unauthenticated");
    assert_eq!(code(&transaction), Some(401));
}

#[actix_web::test]
async fn an_error_that_is_answered_past_the_mappers_has_the_status_that_it_names() {
    let (sink, tracer) = tracer();
    let error = error_of(tracer, "/login").await;
    let response = HttpResponse::from_error(error);
    assert_eq!(response.status(), 401);
    drop(response);
    assert_eq!(code(&wait_for_one(&sink)), Some(401));
}

#[actix_web::test]
async fn an_error_that_panics_instead_of_answering_is_an_internal_error() {
    let (sink, tracer) = tracer();
    let error = error_of(tracer, "/broken").await;
    let answered = catch_unwind(AssertUnwindSafe(move || error.error_response()));
    assert!(answered.is_err());
    let transaction = wait_for_one(&sink);
    assert_eq!(status(&transaction), "internal_error");
    assert_eq!(code(&transaction), None);
}

#[actix_web::test]
async fn an_early_answer_is_named_by_its_path_and_an_early_error_by_the_route_it_matches() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let item = web::resource("/users/{id}").to(HttpResponse::Ok);
        App::new()
            .service(item.wrap_fn(|_, _| future::ready(Err::<ServiceResponse, _>(Teapot.into()))))
            .wrap_fn(|request, service| match request.headers().get("x-refuse") {
                Some(how) if how == "answer" => {
                    let refused = HttpResponse::Unauthorized().finish();
                    future::ok(request.into_response(refused)).left_future()
                }
                Some(_) => future::err(log_in_first()).left_future(),
                None => service.call(request).right_future(),
            })
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    let rows = [
        ("x-refuse: answer\r\n", 401, "GET /users/7", "url"),
        ("x-refuse: error\r\n", 401, "GET /users/{id}", "route"),
        ("", 418, "GET /users/{id}", "route"),
    ];
    for (header, sent, name, source) in rows {
        served.request("GET", "/users/7", header).await;
        let transaction = wait_for_one(&sink);
        assert_eq!(
            (&*transaction.root.name, transaction.source.as_str()),
            (name, source)
        );
        assert_eq!(code(&transaction), Some(sent));
    }
}
