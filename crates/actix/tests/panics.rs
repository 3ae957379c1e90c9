//! Panics: the request that panics has failed, and no other.

mod common;

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody, to_bytes};
use actix_web::dev::Service;
use actix_web::error::ErrorNotFound;
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, test};
use common::{status, tracer, wait_for_one};
use futures_util::{FutureExt, future};
use sentry_trace_actix::TraceMiddleware;

/// Calls what panics.
fn assert_panics<R>(call: impl FnOnce() -> R) {
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
}

fn get(path: &str) -> actix_http::Request {
    test::TestRequest::get().uri(path).to_request()
}

/// Panics when it is read, or when it is dropped.
struct Broken {
    is_unruly: bool,
}

impl MessageBody for Broken {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        panic!("no rows")
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        panic!("no bytes")
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        assert!(!self.is_unruly, "not now");
    }
}

#[actix_web::test]
async fn a_request_that_panics_fails_at_once() {
    let (sink, tracer) = tracer();
    let app = App::new()
        .route("/future", web::get().to(async || -> &str { panic!() }))
        .default_service(web::to(HttpResponse::Ok))
        .wrap_fn(|request, service| {
            assert_ne!(request.path(), "/call", "no future");
            let is_unruly = request.path() == "/unruly";
            let body = move |_: &mut _, _| Broken { is_unruly };
            let response = service.call(request);
            response.map(move |response| response.map(|response| response.map_body(body)))
        })
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    let assert_failed = || assert_eq!(status(&wait_for_one(&sink)), "internal_error");

    assert_panics(|| app.call(get("/call")));
    assert_failed();
    let mut future = Box::pin(app.call(get("/future")));
    assert_panics(|| future.as_mut().now_or_never());
    assert_failed();
    let mut body = Box::pin(test::call_service(&app, get("/body")).await.into_body());
    assert_panics(|| future::poll_fn(|cx| body.as_mut().poll_next(cx)).now_or_never());
    assert_failed();
    let body = test::call_service(&app, get("/body")).await.into_body();
    assert_panics(|| body.try_into_bytes().is_ok());
    assert_failed();
    let response = test::call_service(&app, get("/unruly")).await;
    assert_panics(|| drop(response));
    assert_failed();
}

#[actix_web::test]
async fn a_request_that_is_dropped_while_something_else_unwinds_is_cancelled() {
    let (sink, tracer) = tracer();
    let app = App::new()
        .route("/pending", web::get().to(future::pending::<&str>))
        .route("/rows", web::get().to(async || "rows"))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;

    let mut future = Box::pin(app.call(get("/pending")));
    assert!(future.as_mut().now_or_never().is_none());
    assert_panics(move || {
        let _future = future;
        panic!("a neighbour");
    });
    assert_eq!(status(&wait_for_one(&sink)), "cancelled");
    let body = test::call_service(&app, get("/rows")).await.into_body();
    assert_panics(move || {
        let _body = body;
        panic!("a neighbour");
    });
    assert_eq!(status(&wait_for_one(&sink)), "cancelled");
}

#[actix_web::test]
async fn a_request_that_is_served_while_something_else_unwinds_ends_as_its_response_says() {
    struct AtTheEnd<F: Fn()>(F);
    impl<F: Fn()> Drop for AtTheEnd<F> {
        fn drop(&mut self) {
            self.0();
        }
    }
    let (sink, tracer) = tracer();
    let app = App::new()
        .route("/rows", web::get().to(async || "rows"))
        .wrap_fn(|request, service| match request.path() {
            "/error" => future::err(ErrorNotFound("no rows")).left_future(),
            _ => service.call(request).right_future(),
        })
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    for (path, expected) in [("/rows", "ok"), ("/error", "not_found")] {
        assert_panics(|| {
            let _serve = AtTheEnd(|| {
                match app.call(get(path)).now_or_never().expect("ready") {
                    Ok(response) => {
                        let bytes = to_bytes(response.into_body()).now_or_never();
                        assert!(bytes.is_some_and(|bytes| bytes.is_ok()));
                    }
                    Err(error) => drop(error.error_response()),
                };
            });
            panic!("something else");
        });
        assert_eq!(status(&wait_for_one(&sink)), expected, "{path}");
    }
}

#[derive(Debug)]
struct Undecided;

impl std::fmt::Display for Undecided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("undecided")
    }
}

impl actix_web::ResponseError for Undecided {
    fn status_code(&self) -> actix_web::http::StatusCode {
        panic!("no status")
    }
}

/// Panics when it is asked for its size.
struct Unknowing;

impl MessageBody for Unknowing {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        panic!("no size")
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Pending
    }
}

#[actix_web::test]
async fn what_panics_when_we_ask_it_has_failed() {
    let (sink, tracer) = tracer();
    let app = App::new()
        .wrap_fn(|request, service| match request.path() {
            "/error" => future::err(Undecided.into()).left_future(),
            _ => {
                let response = service.call(request);
                let unknowing = |_: &mut _, _| Unknowing;
                response
                    .map(move |response| Ok(response?.map_body(unknowing)))
                    .right_future()
            }
        })
        .default_service(web::to(HttpResponse::Ok))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    for path in ["/error", "/body"] {
        assert_panics(|| drop(app.call(get(path)).now_or_never()));
        assert_eq!(status(&wait_for_one(&sink)), "internal_error", "{path}");
    }
}
