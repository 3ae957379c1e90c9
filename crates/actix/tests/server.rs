//! The middleware on a server of actix-web, where the conformance suite does not look.

mod common;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use actix_web::body::{BodySize, MessageBody, SizedStream};
use actix_web::dev::{
    AppService, HttpServiceFactory, ResourceDef, Service, ServiceRequest, ServiceResponse,
    fn_service,
};
use actix_web::error::ErrorUnauthorized;
use actix_web::http::Method;
use actix_web::middleware::{DefaultHeaders, ErrorHandlerResponse, ErrorHandlers, NormalizePath};
use actix_web::web::{self, Bytes};
use actix_web::{App, Error, HttpResponse, guard, test};
use common::{PATIENCE, Served, send, status, tracer, tracer_with, wait, wait_for_one};
use futures_util::{FutureExt, StreamExt, future, stream};
use sentry_trace_actix::TraceMiddleware;
use sentry_trace_runtime::transaction::{Transaction, TransactionSource};
use sentry_trace_runtime::{Options, Value, current_span};
use tokio::io::AsyncReadExt;
use tokio::sync::{Barrier, Notify};

fn route(transaction: &Transaction) -> Option<&str> {
    transaction.root.data.get("http.route")?.as_str()
}

/// Name, source and route.
fn naming(transaction: &Transaction) -> (&str, &str, Option<&str>) {
    (
        &transaction.root.name,
        transaction.source.as_str(),
        route(transaction),
    )
}

#[actix_web::test]
async fn guards_decide_the_route() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let item = |pattern: &str, kind: &'static str| {
            web::resource(pattern)
                .guard(guard::Header("x-kind", kind))
                .to(HttpResponse::Ok)
        };
        App::new()
            .service(item("/items/{id}", "number"))
            .service(item("/items/{name}", "text"))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    served
        .request("GET", "/items/7", "x-kind: number\r\n")
        .await;
    served.request("GET", "/items/7", "x-kind: text\r\n").await;
    let refused = served.request("GET", "/items/7", "x-kind: none\r\n").await;
    assert!(refused.starts_with("HTTP/1.1 404"), "{refused}");
    let transactions = wait(&sink, 3);
    assert_eq!(
        transactions.iter().map(naming).collect::<Vec<_>>(),
        [
            ("GET /items/{id}", "route", Some("/items/{id}")),
            ("GET /items/{name}", "route", Some("/items/{name}")),
            ("GET /items/7", "url", None),
        ]
    );
}

#[actix_web::test]
async fn the_expected_route_is_the_one_that_the_path_matches_when_it_is_routed() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let context = async || current_span().baggage().map(str::to_owned);
        App::new()
            .route("/@{user}/posts", web::get().to(context))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    for path in ["/@bob/posts", "/%40bob/posts"] {
        let answer = served.get(path).await;
        let expected = "sentry-transaction=GET%20%2F%40%7Buser%7D%2Fposts";
        assert!(answer.contains(expected), "{path}: {answer}");
        assert_eq!(
            naming(&wait_for_one(&sink)),
            ("GET /@{user}/posts", "route", Some("/@{user}/posts"))
        );
    }
}

#[actix_web::test]
async fn routes_that_actix_does_not_tell_apart() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let refused = web::resource("").guard(guard::fn_guard(|_| false));
        let scope = web::scope("/shops/{shop}").service(refused.to(HttpResponse::Ok));
        App::new()
            .service(web::resource(["/me", "/users/{id}"]).to(HttpResponse::Ok))
            .service(scope.default_service(web::to(HttpResponse::Ok)))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    for (path, name) in [("/users/7", "GET /me"), ("/shops/1", "GET /shops/{shop}")] {
        served.get(path).await;
        assert_eq!(wait_for_one(&sink).root.name, name);
    }
}

#[actix_web::test]
async fn nested_scopes_and_default_services() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let ok = || web::to(HttpResponse::Ok);
        let hidden = web::resource("/hidden/{z}").guard(guard::fn_guard(|_| false));
        let inner = web::scope("/b")
            .route("/{y}", ok())
            .service(hidden.to(HttpResponse::Ok))
            .default_service(ok());
        App::new()
            .service(web::scope("/a/{x}").route("", ok()).service(inner))
            .service(web::resource("/get").route(web::get().to(HttpResponse::Ok)))
            .service(Prefix)
            .default_service(ok())
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    let rows = [
        ("GET", "/a/1", "GET /a/{x}", "route"),
        ("GET", "/a/1/b/2", "GET /a/{x}/b/{y}", "route"),
        ("GET", "/a/1/b/2/3", "GET /a/1/b/2/3", "url"),
        ("GET", "/a/1/b/hidden/3", "GET /a/1/b/hidden/3", "url"),
        ("GET", "/a/1/nothing", "GET /a/1/nothing", "url"),
        ("POST", "/get", "POST /get", "route"),
        ("GET", "/files/style.css", "GET /files", "route"),
        ("GET", "/", "GET /", "url"),
    ];
    for (method, path, name, source) in rows {
        served.request(method, path, "").await;
        let transaction = wait_for_one(&sink);
        assert_eq!(
            (&*transaction.root.name, transaction.source.as_str()),
            (name, source)
        );
        assert_eq!(route(&transaction).is_some(), source == "route", "{path}");
    }
}

/// A service for everything below a path, as those for files are.
struct Prefix;

impl HttpServiceFactory for Prefix {
    fn register(self, config: &mut AppService) {
        let service = fn_service(async |request: ServiceRequest| {
            Ok::<_, Error>(request.into_response(HttpResponse::Ok().finish()))
        });
        config.register_service(ResourceDef::root_prefix("/files"), None, service, None);
    }
}

#[actix_web::test]
async fn a_name_that_was_given_meanwhile_stays() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let layer = TraceMiddleware::new().tracer(tracer.clone());
        App::new()
            .service(web::resource("/x").guard(guard::fn_guard(|_| false)))
            .default_service(web::to(HttpResponse::Ok))
            .wrap(layer.name(|request| Some(format!("custom {}", request.path))))
    });
    served.get("/x").await;
    assert_eq!(naming(&wait_for_one(&sink)), ("custom /x", "custom", None));
}

#[actix_web::test]
async fn a_route_that_was_given_meanwhile_stays() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let mine = async || {
            current_span().set_transaction_name("GET /mine/{id}", TransactionSource::Route);
            "mine"
        };
        let never = || guard::fn_guard(|_| false);
        App::new()
            .service(web::resource("/x/{id}").guard(never()))
            .service(web::resource("/y/{id}").guard(never()))
            .service(web::resource("/y/{name}").to(mine))
            .default_service(web::to(mine))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    for (path, route) in [("/x/1", None), ("/y/1", Some("/y/{name}"))] {
        served.get(path).await;
        assert_eq!(
            naming(&wait_for_one(&sink)),
            ("GET /mine/{id}", "route", route)
        );
    }
}

#[actix_web::test]
async fn a_method_that_was_changed_meanwhile_is_not_a_name_of_its_own() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        App::new()
            .service(web::resource("/x/{id}").guard(guard::fn_guard(|_| false)))
            .service(web::resource("/x/{name}").to(HttpResponse::Ok))
            .wrap_fn(|mut request, service| {
                request.head_mut().method = Method::DELETE;
                service.call(request)
            })
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    served.request("POST", "/x/1", "").await;
    assert_eq!(
        naming(&wait_for_one(&sink)),
        ("POST /x/{name}", "route", Some("/x/{name}"))
    );
}

#[actix_web::test]
async fn several_workers_keep_traces_apart() {
    const REQUESTS: usize = 16;
    let (sink, tracer) = tracer();
    let all_are_here = Arc::new(Barrier::new(REQUESTS));
    let threads = Arc::new(Mutex::new(HashSet::new()));
    let workers = threads.clone();
    let served = Served::start(move || {
        let (all_are_here, threads) = (all_are_here.clone(), threads.clone());
        let handler = move || {
            let (all_are_here, threads) = (all_are_here.clone(), threads.clone());
            async move {
                threads
                    .lock()
                    .expect("no panic")
                    .insert(std::thread::current().id());
                all_are_here.wait().await;
                current_span().trace_id().expect("a trace").to_string()
            }
        };
        App::new()
            .route("/", web::get().to(handler))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    let requests = (1..=REQUESTS).map(|number| {
        let served = &served;
        async move {
            let trace_id = format!("{number:032x}");
            let header = format!("sentry-trace: {trace_id}-1234567890abcdef-1\r\n");
            let answer = served.request("GET", "/", &header).await;
            assert!(answer.ends_with(&trace_id), "{answer}");
        }
    });
    future::join_all(requests).await;
    let traces: HashSet<_> = wait(&sink, REQUESTS)
        .iter()
        .map(|transaction| transaction.trace_id)
        .collect();
    assert_eq!(traces.len(), REQUESTS);
    assert_eq!(workers.lock().expect("no panic").len(), 2);
}

#[actix_web::test]
async fn a_client_that_resets() {
    let (sink, tracer) = tracer();
    let here = Arc::new(Notify::new());
    let waiting = here.clone();
    let served = Served::start(move || {
        let (in_handler, in_body) = (waiting.clone(), waiting.clone());
        let handler = move || {
            let waiting = in_handler.clone();
            async move {
                waiting.notify_one();
                future::pending::<&str>().await
            }
        };
        let body = move || {
            let waiting = in_body.clone();
            let first = stream::once(future::ready(Ok::<_, Error>(Bytes::from_static(b"first"))));
            let rest = stream::poll_fn(move |_| {
                waiting.notify_one();
                std::task::Poll::Pending
            });
            future::ready(HttpResponse::Ok().streaming(first.chain(rest)))
        };
        App::new()
            .route("/handler", web::get().to(handler))
            .route("/body", web::get().to(body))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    for (path, code) in [("/handler", None), ("/body", Some(200))] {
        let mut stream = served.connect().await;
        send(&mut stream, "GET", path, "").await;
        here.notified().await;
        assert_eq!(sink.take().len(), 0);
        stream.set_zero_linger().expect("a socket");
        drop(stream);
        let transaction = wait_for_one(&sink);
        assert_eq!(status(&transaction), "cancelled", "{path}");
        let sent = transaction.root.data.get("http.response.status_code");
        assert_eq!(sent.and_then(Value::as_integer), code, "{path}");
        assert_eq!(transaction.root.name, format!("GET {path}"));
    }
}

#[actix_web::test]
async fn what_outer_middleware_answers_is_seen_from_outside_alone() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let refuse = |request: ServiceRequest| {
            let refused = HttpResponse::Unauthorized().finish();
            future::ready(Ok::<_, Error>(request.into_response(refused)))
        };
        let layer = || TraceMiddleware::new().tracer(tracer.clone());
        let inside = web::scope("/inside")
            .wrap(layer())
            .wrap_fn(move |request, _| refuse(request));
        let outside = web::scope("/outside")
            .wrap_fn(move |request, _| refuse(request))
            .wrap(layer());
        App::new()
            .service(inside.route("", web::get().to(HttpResponse::Ok)))
            .service(outside.route("", web::get().to(HttpResponse::Ok)))
    });
    assert!(served.get("/inside").await.starts_with("HTTP/1.1 401"));
    assert!(served.get("/outside").await.starts_with("HTTP/1.1 401"));
    let transaction = wait_for_one(&sink);
    assert_eq!(status(&transaction), "unauthenticated");
    assert_eq!(route(&transaction), Some("/outside"));
}

#[actix_web::test]
async fn middleware_on_both_sides() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let inner = ErrorHandlers::new().default_handler(|response| {
            let (request, _) = response.into_parts();
            let replaced = HttpResponse::ServiceUnavailable().body("replaced");
            let response = ServiceResponse::new(request, replaced);
            Ok(ErrorHandlerResponse::Response(
                response.map_into_left_body(),
            ))
        });
        App::new()
            .route(
                "/fails",
                web::get().to(async || Err::<&str, _>(ErrorUnauthorized("no"))),
            )
            .route("/works", web::get().to(async || "works"))
            .wrap(inner)
            .wrap(NormalizePath::trim())
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
            // Whoever boxes a body takes all its bytes at once, where they are there.
            .wrap_fn(|request, service| {
                let response = service.call(request);
                response.map(|response| response.map(ServiceResponse::map_into_boxed_body))
            })
            .wrap(DefaultHeaders::new().add(("x-outer", "1")))
    });
    let answer = served.get("/fails/").await;
    assert!(
        answer.ends_with("replaced") && answer.contains("x-outer: 1"),
        "{answer}"
    );
    let transaction = wait_for_one(&sink);
    assert_eq!(status(&transaction), "unavailable");
    assert_eq!(
        naming(&transaction),
        ("GET /fails", "route", Some("/fails"))
    );
    assert!(served.get("/works").await.ends_with("works"));
    assert_eq!(status(&wait_for_one(&sink)), "ok");
}

#[actix_web::test]
async fn filter_hooks_and_captured_headers() {
    let (sink, tracer) = tracer_with(Options::new().send_default_pii(true));
    let served = Served::start(move || {
        let handler = async || {
            let recorded = current_span().is_recording();
            HttpResponse::Ok()
                .insert_header(("x-recorded", recorded.to_string()))
                .insert_header(("set-cookie", "secret"))
                .finish()
        };
        let layer = TraceMiddleware::new()
            .tracer(tracer.clone())
            .filter(|request| request.path != "/health")
            .on_request(|request, span| span.set_data("seen.method", request.method.to_owned()))
            .on_response(|status, headers, span| {
                span.set_data("seen.status", status);
                span.set_data("seen.header", headers.first("x-recorded").is_some());
            })
            .capture_headers(["X-Recorded", "x-many", "Set-Cookie"]);
        App::new().default_service(web::to(handler)).wrap(layer)
    });
    let answer = served.get("/health").await;
    assert!(answer.contains("x-recorded: false"), "{answer}");
    served
        .request("PUT", "/x", "x-many: 1\r\nx-many: 2\r\n")
        .await;
    let transaction = wait_for_one(&sink);
    let data = |key| transaction.root.data.get(key);
    assert_eq!(data("seen.method"), Some(&"PUT".into()));
    assert_eq!(data("seen.status"), Some(&200.into()));
    assert_eq!(data("seen.header"), Some(&true.into()));
    assert_eq!(data("http.request.header.x-many"), Some(&"1, 2".into()));
    assert_eq!(
        data("http.response.header.x-recorded"),
        Some(&"true".into())
    );
    assert_eq!(data("url.scheme"), Some(&"http".into()));
    assert_eq!(data("client.address"), Some(&"127.0.0.1".into()));
    assert!(!format!("{transaction:?}").contains("secret"));
}

#[actix_web::test]
async fn the_request_decides_before_the_parent() {
    let (sink, tracer) = tracer();
    let served = Served::start(move || {
        let carried = async || current_span().trace_data().expect("a trace").sentry_trace;
        let layer = TraceMiddleware::new()
            .tracer(tracer.clone())
            .sampled(|request| Some(request.headers.first("x-debug")? == b"1"));
        App::new().route("/", web::get().to(carried)).wrap(layer)
    });
    for (parent, debug, sent_on) in [
        ("0", "x-debug: 1\r\n", "-1"),
        ("1", "x-debug: 0\r\n", "-0"),
        ("0", "", "-0"),
        ("1", "", "-1"),
    ] {
        let trace = "771a43a4192642f0b136d5159a501700-1234567890abcdef";
        let headers = format!("sentry-trace: {trace}-{parent}\r\n{debug}");
        let answer = served.request("GET", "/", &headers).await;
        assert!(answer.ends_with(sent_on), "{headers} {answer}");
        if sent_on == "-1" {
            let transaction = wait_for_one(&sink);
            assert_eq!(transaction.trace_id.to_string(), trace[..32]);
        }
    }
    assert!(sink.take().is_empty());
}

#[actix_web::test]
async fn events_of_a_server_end_with_the_stream() {
    let (sink, tracer) = tracer();
    let next = Arc::new(Notify::new());
    let wanted = next.clone();
    let served = Served::start(move || {
        let wanted = wanted.clone();
        let events = move || {
            let wanted = wanted.clone();
            let events = stream::iter(0..3).then(move |number| {
                let wanted = wanted.clone();
                async move {
                    wanted.notified().await;
                    let trace_id = current_span().trace_id().expect("a trace");
                    Ok::<_, Error>(Bytes::from(format!("data: {number} {trace_id}\n\n")))
                }
            });
            let response = HttpResponse::Ok()
                .content_type("text/event-stream")
                .streaming(events);
            future::ready(response)
        };
        App::new()
            .route("/events", web::get().to(events))
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    });
    let mut stream = served.connect().await;
    send(&mut stream, "GET", "/events", "").await;
    let mut answer = Vec::new();
    for number in 0..3 {
        assert_eq!(sink.take().len(), 0);
        next.notify_one();
        while String::from_utf8_lossy(&answer).matches("\n\n\r\n").count() <= number {
            let read = tokio::time::timeout(PATIENCE, stream.read_buf(&mut answer)).await;
            assert!(read.expect("an event in time").expect("an event") > 0);
        }
    }
    let transaction = wait_for_one(&sink);
    assert_eq!(status(&transaction), "ok");
    let trace_id = transaction.trace_id.to_string();
    assert_eq!(
        String::from_utf8_lossy(&answer).matches(&trace_id).count(),
        3
    );
}

#[actix_web::test]
async fn all_announced_bytes_are_a_whole_body() {
    let (sink, tracer) = tracer();
    let handler = async || {
        let chunks = ["first", "last"].map(|text| Ok::<_, Error>(Bytes::from(text)));
        HttpResponse::Ok().body(SizedStream::new(9, stream::iter(chunks)))
    };
    let app = App::new()
        .route("/", web::get().to(handler))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    for (asked, expected) in [(1, "cancelled"), (2, "ok")] {
        let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
        let mut body = Box::pin(response.into_body());
        assert_eq!(body.size(), BodySize::Sized(9));
        for _ in 0..asked {
            let chunk = future::poll_fn(|cx| body.as_mut().poll_next(cx)).await;
            assert!(chunk.is_some_and(|chunk| chunk.is_ok()));
        }
        drop(body);
        assert_eq!(status(&wait_for_one(&sink)), expected);
    }
}
