//! Names of transactions, wherever the layer stands, and the decision about them.

use axum::Router;
use axum::routing::{any, delete, get};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use sentry_trace_axum::{RouteLayer, TraceLayer};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::TransactionSource;
use sentry_trace_runtime::{Options, Tracer, Transaction, current_span};
use tower::util::MapRequestLayer;
use tower::{Layer, Service, ServiceExt};

fn tracer() -> (Tracer, MemorySink) {
    let sink = MemorySink::new();
    let options = Options::new()
        .traces_sample_rate(1.0)
        .inline_sink(sink.clone());
    let tracer = Tracer::new(options.trace_ignore_status_codes([599])).expect("valid options");
    (tracer, sink)
}

fn routes() -> Router {
    let items = Router::new().route("/items/{item}", any(|| async { "an item" }));
    Router::new()
        .route("/users/{id}", get(|| async { "a user" }))
        .nest("/shops/{shop}", items)
        .route("/files/{*path}", get(|| async { "a file" }))
}

async fn call<S, B>(
    service: S,
    method: &str,
    path: &str,
    sink: &MemorySink,
) -> (StatusCode, Transaction)
where
    S: Service<Request<String>, Response = http::Response<B>>,
    S::Error: std::fmt::Debug,
    B: http_body::Body<Error: std::fmt::Debug>,
{
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(String::new())
        .expect("a request");
    let response = service.oneshot(request).await.expect("a response");
    let status = response.status();
    response.into_body().collect().await.expect("a body");
    (status, sink.take().pop().expect("a transaction"))
}

#[tokio::test]
async fn the_whole_pattern_of_nested_routers_is_the_name() {
    let (tracer, sink) = tracer();
    let app = routes().layer(TraceLayer::new().tracer(tracer));
    for (path, name) in [
        ("/users/7", "GET /users/{id}"),
        ("/shops/a/items/b?x=1", "GET /shops/{shop}/items/{item}"),
        ("/files/a/b/c", "GET /files/{*path}"),
    ] {
        let (_, transaction) = call(app.clone(), "GET", path, &sink).await;
        assert_eq!(transaction.root.name, name);
        assert_eq!(transaction.source, TransactionSource::Route);
    }
}

#[tokio::test]
async fn what_no_route_matches_is_named_by_its_path() {
    let (tracer, sink) = tracer();
    let app = routes().layer(TraceLayer::new().tracer(tracer));
    let (status, transaction) = call(app, "GET", "/nowhere/7", &sink).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(transaction.root.name, "GET /nowhere/7");
    assert_eq!(transaction.source, TransactionSource::Url);
}

#[tokio::test]
async fn a_method_that_a_route_does_not_have_is_named_by_the_route() {
    let (tracer, sink) = tracer();
    let app = routes().layer(TraceLayer::new().tracer(tracer));
    let (status, transaction) = call(app, "DELETE", "/users/7", &sink).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(transaction.root.name, "DELETE /users/{id}");
}

#[tokio::test]
async fn around_the_whole_router_the_route_layer_tells_the_name() {
    let (tracer, sink) = tracer();
    let app = TraceLayer::new()
        .tracer(tracer)
        .layer(routes().route_layer(RouteLayer::new()));
    let (_, transaction) = call(app.clone(), "GET", "/shops/a/items/b", &sink).await;
    assert_eq!(transaction.root.name, "GET /shops/{shop}/items/{item}");
    assert_eq!(transaction.source, TransactionSource::Route);
    let (status, transaction) = call(app, "GET", "/nowhere", &sink).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(transaction.root.name, "GET /nowhere");
}

#[tokio::test]
async fn a_method_that_was_changed_meanwhile_is_not_a_name_of_its_own() {
    let (tracer, sink) = tracer();
    let routes = Router::new().route("/users/{id}", delete(|| async { "gone" }));
    let change_method = MapRequestLayer::new(|mut request: Request<String>| {
        *request.method_mut() = Method::DELETE;
        request
    });
    let app = change_method.layer(routes.route_layer(RouteLayer::new()));
    let app = TraceLayer::new().tracer(tracer).layer(app);
    let (status, transaction) = call(app, "POST", "/users/7", &sink).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(transaction.root.name, "POST /users/{id}");
    let method = transaction.root.data.get("http.request.method");
    assert_eq!(method, Some(&"POST".into()));
}

#[tokio::test]
async fn a_name_of_the_users_is_not_replaced() {
    let (tracer, sink) = tracer();
    let layer = TraceLayer::new()
        .tracer(tracer)
        .name(|request| Some(format!("custom {}", request.path)));
    let app = layer.layer(routes().route_layer(RouteLayer::new()));
    let (_, transaction) = call(app, "GET", "/users/7", &sink).await;
    assert_eq!(transaction.root.name, "custom /users/7");
    assert_eq!(transaction.source, TransactionSource::Custom);
}

#[tokio::test]
async fn a_layer_on_a_nested_router_knows_the_whole_path() {
    let (tracer, sink) = tracer();
    let layer = || TraceLayer::new().tracer(tracer.clone());
    let app = Router::new()
        .nest(
            "/api",
            routes().fallback(|| async { "nothing" }).layer(layer()),
        )
        .nest_service("/service", layer().layer(routes()));
    for (path, name) in [
        ("/api/users/7", "GET /api/users/{id}"),
        ("/api/nowhere/7", "GET /api/nowhere/7"),
        ("/service/users/7", "GET /service/users/7"),
    ] {
        let (_, transaction) = call(app.clone(), "GET", path, &sink).await;
        assert_eq!(transaction.root.name, name);
        let recorded = transaction.root.data.get("url.path");
        assert_eq!(recorded, Some(&path.into()));
    }
}

#[tokio::test]
async fn the_route_of_a_grpc_call_is_not_replaced_by_that_of_the_router() {
    let (tracer, sink) = tracer();
    let calls = Router::new().route("/shop.Orders/{*method}", any(|| async { "" }));
    let app = TraceLayer::new()
        .tracer(tracer)
        .layer(calls.route_layer(RouteLayer::new()));
    for content_type in ["application/grpc", "application/grpc-web-text"] {
        let request = Request::post("/shop.Orders/Place")
            .header("content-type", content_type)
            .body(String::new())
            .expect("a request");
        let response = app.clone().oneshot(request).await.expect("a response");
        response.into_body().collect().await.expect("a body");
        let transaction = sink.take().remove(0);
        assert_eq!(transaction.root.name, "POST /shop.Orders/Place");
        let route = transaction.root.data.get("http.route");
        assert_eq!(route, Some(&"/shop.Orders/Place".into()));
    }
}

#[tokio::test]
async fn the_request_decides_before_the_parent() {
    let (tracer, sink) = tracer();
    let layer = TraceLayer::new().tracer(tracer).sampled(|request| {
        let header = request.headers.first("x-debug")?;
        (request.route() == Some("/users/{id}")).then_some(header == b"1")
    });
    let carried = || async { current_span().trace_data().expect("a trace").sentry_trace };
    let app = Router::new()
        .route("/users/{id}", get(carried))
        .layer(layer);
    for (parent, debug, sent_on) in [
        ("0", Some("1"), "-1"),
        ("1", Some("0"), "-0"),
        ("0", None, "-0"),
        ("1", None, "-1"),
    ] {
        let header = format!("771a43a4192642f0b136d5159a501700-1234567890abcdef-{parent}");
        let mut request = Request::get("/users/7").header("sentry-trace", header);
        if let Some(debug) = debug {
            request = request.header("x-debug", debug);
        }
        let request = request.body(String::new()).expect("a request");
        let response = app.clone().oneshot(request).await.expect("a response");
        let body = response.into_body().collect().await.expect("a body");
        let carried = String::from_utf8_lossy(&body.to_bytes()).into_owned();
        assert!(carried.ends_with(sent_on), "{parent} {debug:?}: {carried}");
        let is_recorded = !sink.take().is_empty();
        assert_eq!(is_recorded, sent_on == "-1", "{parent} {debug:?}");
    }
}
