//! What a user sets on a server adapter.

use std::cell::Cell;

use http::{HeaderMap, Request};
use sentry_trace_http::{DescribeRequest, FindRoute, ServerConfig, ServerRequest, incoming};
use sentry_trace_runtime::core::continuation::SingleLines;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer, Transaction, Value, current_span, start_span};

fn serve(
    options: Options,
    configure: impl FnOnce(ServerConfig) -> ServerConfig,
) -> Vec<Transaction> {
    serve_with(options, 201, configure)
}

fn serve_with(
    options: Options,
    status: u16,
    configure: impl FnOnce(ServerConfig) -> ServerConfig,
) -> Vec<Transaction> {
    let sink = MemorySink::new();
    let tracer = Tracer::new(options.traces_sample_rate(1.0).inline_sink(sink.clone()))
        .expect("valid options");
    let config = configure(ServerConfig::new("auto.http.test").tracer(tracer));
    let request = Request::post("https://shop.test:8443/orders/7?token=t")
        .header("host", "other.test")
        .header("user-agent", "storefront/1.0")
        .header("x-tenant", "blue")
        .header("authorization", "Bearer secret")
        .header("x-api-key", "secret")
        .header("referer", "https://shop.test/reset?token=secret")
        .body(())
        .expect("a request");
    let span = config.start(
        &ServerRequest::from_http(&request),
        incoming(request.headers()),
    );
    let mut headers = HeaderMap::new();
    headers.insert("x-cache", "hit".parse().expect("a value"));
    headers.insert("set-cookie", "sid=secret".parse().expect("a value"));
    span.respond(status, &headers);
    span.finish();
    sink.take()
}

fn text<'t>(transaction: &'t Transaction, key: &str) -> Option<&'t str> {
    transaction.root.data.get(key).and_then(Value::as_str)
}

const CAPTURED: [&str; 6] = [
    "X-Tenant",
    "authorization",
    "x-api-key",
    "referer",
    "x-cache",
    "set-cookie",
];

#[test]
fn the_url_is_recorded_in_parts() {
    let transaction = serve(Options::new(), |config| config).remove(0);
    assert_eq!(text(&transaction, "url.scheme"), Some("https"));
    assert_eq!(text(&transaction, "server.address"), Some("shop.test"));
    assert_eq!(
        transaction.root.data.get("server.port"),
        Some(&Value::from(8443))
    );
    assert_eq!(text(&transaction, "url.query"), None);
    assert_eq!(
        text(&transaction, "user_agent.original"),
        Some("storefront/1.0")
    );
}

#[test]
fn a_query_is_recorded_without_its_credentials() {
    let options = Options::new().send_default_pii(true);
    let transaction = serve(options, |config| config).remove(0);
    assert_eq!(text(&transaction, "url.query"), Some("token=[Filtered]"));
}

#[test]
fn a_filter_keeps_the_trace_and_drops_the_transaction() {
    assert!(
        serve(Options::new(), |config| config
            .filter(|request| request.path != "/orders/7"))
        .is_empty()
    );
    assert_eq!(
        serve(Options::new(), |config| config
            .filter(|request| request.method == "POST"))
        .len(),
        1
    );
}

#[test]
fn below_a_request_that_is_filtered_nothing_is_recorded() {
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    for (method, is_recorded) in [("OPTIONS", false), ("HEAD", false), ("GET", true)] {
        let request = Request::builder().method(method).uri("/x");
        let request = request.body(()).expect("a request");
        let config = ServerConfig::new("auto.http.test").tracer(tracer.clone());
        let request = ServerRequest::from_http(&request);
        let span = config.start(&request, SingleLines::default());
        span.scope().run(|| start_span("query").run(|_| ()));
        span.finish();
        assert_eq!(!sink.take().is_empty(), is_recorded, "{method}");
    }
}

#[test]
fn an_ignored_status_is_discarded_beside_hooks_too() {
    for (status, is_recorded) in [(201, true), (503, false)] {
        let options = Options::new().trace_ignore_status_codes([503]);
        let transactions = serve_with(options, status, |config| config.on_response(|_, _, _| {}));
        assert_eq!(!transactions.is_empty(), is_recorded, "{status}");
    }
}

#[test]
fn hooks_add_data() {
    let transaction = serve(Options::new(), |config| {
        config
            .on_request(|request, span| span.set_data("path.length", request.path.len()))
            .on_response(|status, headers, span| {
                let cached = headers.first("x-cache") == Some(b"hit");
                span.set_data("cached", cached && status == 201);
            })
    })
    .remove(0);
    assert_eq!(
        transaction.root.data.get("path.length"),
        Some(&Value::Integer(9))
    );
    assert_eq!(
        transaction.root.data.get("cached"),
        Some(&Value::Bool(true))
    );
}

#[test]
fn headers_are_captured_on_demand_and_credentials_are_filtered() {
    let without_pii = serve(Options::new(), |config| config.capture_headers(CAPTURED)).remove(0);
    assert_eq!(text(&without_pii, "http.request.header.x-tenant"), None);

    let options = Options::new().send_default_pii(true);
    let with_pii = serve(options, |config| config.capture_headers(CAPTURED)).remove(0);
    assert_eq!(
        text(&with_pii, "http.request.header.x-tenant"),
        Some("blue")
    );
    assert_eq!(text(&with_pii, "http.response.header.x-cache"), Some("hit"));
    assert_eq!(
        text(&with_pii, "http.request.header.referer"),
        Some("https://shop.test/reset?token=[Filtered]")
    );
    for name in [
        "request.header.authorization",
        "request.header.x-api-key",
        "response.header.set-cookie",
    ] {
        let value = text(&with_pii, &format!("http.{name}"));
        assert_eq!(value, Some("[Filtered]"), "{name}");
    }
    let absent = text(&with_pii, "http.response.header.authorization");
    assert_eq!(absent, None);
    assert!(!format!("{with_pii:?}").contains("secret"));
}

#[test]
fn a_hook_that_panics_breaks_nothing() {
    let transactions = serve(Options::new(), |config| {
        config
            .filter(|_| panic!("filter"))
            .name(|_| panic!("name"))
            .on_request(|_, _| panic!("on_request"))
            .on_response(|_, _, _| panic!("on_response"))
    });
    assert_eq!(transactions[0].root.name, "POST /orders/7");
    assert_eq!(
        transactions[0].root.data.get("http.response.status_code"),
        Some(&Value::from(201))
    );
}

#[test]
fn without_a_tracer_what_is_current_stays_current() {
    let tracer = Tracer::new(Options::new()).expect("valid options");
    let outer = tracer.start_new_trace().start_span("outer").enter();
    let config = ServerConfig::new("auto.http.test");
    let headers = HeaderMap::new();
    let span = config.start(
        &ServerRequest::new("GET", "/", &headers),
        SingleLines::default(),
    );
    let mut scope = span.scope();
    let span_id = outer.span_id();
    drop(outer);
    assert!(span_id.is_some());
    assert_eq!(scope.run(|| current_span().span_id()), span_id);
    assert!(current_span().is_none());
}

#[test]
fn a_route_names_the_context_of_a_head_that_is_not_sampled() {
    let options = Options::new().traces_sample_rate(0.0).ignore_environment();
    let tracer = Tracer::new(options).expect("valid options");
    let config = ServerConfig::new("auto.http.test").tracer(tracer);
    let headers = HeaderMap::new();
    let request = ServerRequest::new("GET", "/orders/7", &headers);
    let span = config.start(&request, SingleLines::default());
    span.set_route("/orders/{id}");
    let baggage = span.handle().baggage().expect("it is a head");
    let name = "sentry-transaction=GET%20%2Forders%2F%7Bid%7D";
    assert!(baggage.ends_with(name), "{baggage}");
}

/// A request, and how often it was described.
struct Counted<'a>(ServerRequest<'a>, Cell<u32>);

impl DescribeRequest for Counted<'_> {
    fn method(&self) -> &str {
        self.0.method
    }

    fn describe(&self) -> ServerRequest<'_> {
        self.1.set(self.1.get() + 1);
        self.0
    }
}

#[test]
fn a_request_is_described_once_and_where_somebody_asks() {
    let headers = HeaderMap::new();
    let recorded = ServerConfig::new("auto.http.test").on_request(|_, _| ());
    let each = recorded
        .clone()
        .filter(|request| request.path == "/orders/7")
        .name(|request| Some(request.path.to_owned()))
        .sampled(|request| Some(request.path.is_empty()));
    for (config, rate, times) in [
        (&recorded, 0.0, 0),
        (&recorded, 1.0, 1),
        (&each, 0.0, 1),
        (&each, 1.0, 1),
    ] {
        let options = Options::new().traces_sample_rate(rate).ignore_environment();
        let tracer = Tracer::new(options.inline_sink(MemorySink::new())).expect("valid options");
        let config = config.clone().tracer(tracer);
        let request = ServerRequest::new("GET", "/orders/7", &headers);
        let request = Counted(request, Cell::new(0));
        // Not the head, whose name goes into the context.
        let header = format!("771a43a4192642f0b136d5159a501700-1234567890abcdef-{rate}");
        let incoming = SingleLines {
            sentry_trace: Some(header.as_bytes()),
            ..SingleLines::default()
        };
        config.start(&request, incoming).finish();
        assert_eq!(request.1.get(), times, "{rate}");
    }
}

/// A route, and how often it was asked for.
struct Routes(Cell<u32>);

impl FindRoute for Routes {
    fn find(&self) -> Option<&str> {
        self.0.set(self.0.get() + 1);
        Some("/orders/{id}")
    }
}

#[test]
fn a_route_is_looked_for_only_where_it_is_recorded() {
    let sink = MemorySink::new();
    let options = Options::new()
        .traces_sample_rate(1.0)
        .inline_sink(sink.clone());
    let tracer = Tracer::new(options).expect("valid options");
    let config = ServerConfig::new("auto.http.test").tracer(tracer);
    for (method, flag, is_recorded) in [("GET", 0, false), ("HEAD", 1, false), ("GET", 1, true)] {
        let routes = Routes(Cell::new(0));
        let headers = HeaderMap::new();
        let request = ServerRequest::new(method, "/orders/7", &headers).with_route_from(&routes);
        let header = format!("771a43a4192642f0b136d5159a501700-1234567890abcdef-{flag}");
        let span = config.start(
            &request,
            SingleLines {
                sentry_trace: Some(header.as_bytes()),
                ..SingleLines::default()
            },
        );
        span.finish();
        assert_eq!(routes.0.get() > 0, is_recorded, "{method} {flag}");
    }
    assert_eq!(sink.take()[0].root.name, "GET /orders/{id}");
}

#[test]
fn whoever_misses_a_transaction_is_told_why() {
    let (tell, told) = std::sync::mpsc::channel();
    let options =
        Options::new().on_diagnostic(move |diagnostic| _ = tell.send(diagnostic.to_string()));
    assert_eq!(serve_with(options, 404, |config| config).len(), 0);
    let told: Vec<_> = told.iter().collect();
    assert_eq!(
        told,
        [
            "a transaction with the status 404 is discarded, see trace_ignore_status_codes; told once"
        ]
    );
}
