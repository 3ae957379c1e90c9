//! The middleware on a client of awc, where the conformance suite does not look.

mod common;

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_http::RequestHead;
use actix_service::{Service, fn_service};
use actix_web::http::{Version, header};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, web};
use awc::error::SendRequestError;
use awc::middleware::{Redirect, Transform};
use awc::{Client, ClientRequest, ConnectRequest, ConnectResponse};
use common::{Served, status, tracer, tracer_with, wait, wait_for_one};
use futures_util::future;
use sentry_trace_actix::{ClientMiddleware, ClientRequestExt, Propagation, TraceMiddleware};
use sentry_trace_runtime::core::targets::Target;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::Transaction;
use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, Value, current_span};

/// What a server received: each header of ours, and those that must not be there, with how often it came.
type Received = Arc<Mutex<Vec<HeaderLines>>>;
type HeaderLines = Vec<(String, String)>;

/// A server that keeps what it receives. `/to?URL` redirects there, `/never` never answers.
fn recorder() -> (Served, Received) {
    let received = Received::default();
    let kept = received.clone();
    let served = Served::start(move || {
        let kept = kept.clone();
        let keep = from_fn(
            move |request: actix_web::dev::ServiceRequest, next: actix_web::middleware::Next<_>| {
                let lines = request
                    .headers()
                    .iter()
                    .filter(|(name, _)| is_ours(name.as_str()))
                    .map(|(name, value)| {
                        (
                            name.to_string(),
                            String::from_utf8_lossy(value.as_bytes()).into_owned(),
                        )
                    });
                kept.lock().expect("no panic").push(lines.collect());
                next.call(request)
            },
        );
        App::new()
            .route("/to", web::to(redirect))
            .route("/never", web::to(future::pending::<&str>))
            .default_service(web::to(version))
            .wrap(keep)
    });
    (served, received)
}

fn is_ours(header: &str) -> bool {
    header.starts_with("sentry-trace") || ["baggage", "traceparent"].contains(&header)
}

async fn redirect(request: HttpRequest) -> HttpResponse {
    HttpResponse::TemporaryRedirect()
        .insert_header((header::LOCATION, request.query_string()))
        .finish()
}

async fn version(request: HttpRequest) -> String {
    format!("{:?}", request.version())
}

/// The headers of all requests so far.
fn taken(received: &Received) -> Vec<HeaderLines> {
    std::mem::take(&mut received.lock().expect("no panic"))
}

fn client(tracer: &Tracer) -> Client {
    let middleware = ClientMiddleware::new().tracer(tracer.clone());
    Client::builder().wrap(middleware).finish()
}

/// Runs `work` in a transaction, and gives it. A request belongs to the span in which it is sent, not awaited.
async fn within<R>(
    tracer: &Tracer,
    sink: &MemorySink,
    work: impl AsyncFnOnce() -> R,
) -> (R, Transaction) {
    let root = tracer.start_new_trace().start_span("work").start();
    let result = async { work().await }.in_trace_span(root).await;
    (result, wait_for_one(sink))
}

async fn read(request: ClientRequest) -> Vec<u8> {
    let mut response = request.send().await.expect("an answer");
    response.body().await.expect("a body").to_vec()
}

/// The id of the span that a `sentry-trace` names, and how many headers there are.
fn shown(headers: &HeaderLines) -> (String, usize) {
    let sentry_trace = headers.iter().find(|(name, _)| name == "sentry-trace");
    let span_id = sentry_trace.and_then(|(_, value)| value.get(33..49));
    (span_id.unwrap_or_default().to_owned(), headers.len())
}

fn span_ids(transaction: &Transaction) -> Vec<(String, usize)> {
    let ids = transaction.spans.iter().map(|span| span.span_id);
    ids.map(|id| (id.to_string(), 2)).collect()
}

#[actix_web::test]
async fn each_attempt_at_a_frozen_request_has_headers_of_its_own() {
    let (sink, tracer) = tracer();
    let (served, received) = recorder();
    let request = client(&tracer)
        .get(format!("http://{}/", served.address))
        .insert_header(("baggage", "mine=1"))
        .freeze()
        .expect("a request");
    let ((), transaction) = within(&tracer, &sink, async || {
        request.send().await.expect("an answer");
        request.send().await.expect("an answer");
        let extra = request.extra_header(("baggage", "mine=2,sentry-x=y"));
        extra.send().await.expect("an answer");
    })
    .await;
    let received = taken(&received);
    let shown: Vec<_> = received.iter().map(shown).collect();
    assert_eq!(shown, span_ids(&transaction));
    let foreign: Vec<_> = received
        .iter()
        .flatten()
        .filter(|(name, _)| name == "baggage")
        .filter_map(|(_, value)| value.split_once(",sentry-trace_id="))
        .map(|(foreign, _)| foreign)
        .collect();
    assert_eq!(foreign, ["mine=1", "mine=1", "mine=2"]);
}

#[actix_web::test]
async fn a_redirect_that_was_wrapped_by_hand() {
    let (away, received_away) = recorder();
    let (home, received) = recorder();
    let target = format!("http://{}/", home.address);
    let ours = Target::origin(format!("http://{}", home.address));
    let (sink, tracer) = tracer_with(Options::new().trace_propagation_targets([ours]));
    let client = Client::builder()
        .disable_redirects()
        .wrap(ClientMiddleware::new().tracer(tracer.clone()))
        .wrap(Redirect::new())
        .finish();
    let back = format!("http://{}/to?{target}", away.address);
    let request = client
        .post(format!("{target}to?{back}"))
        .insert_header(("baggage", "mine=1"));
    let (mut answer, transaction) =
        within(&tracer, &sink, async || request.send_body("text").await).await;
    let answer = answer.as_mut().expect("an answer").body().await;
    assert_eq!(answer.expect("a body"), "HTTP/1.1");
    let (home, away) = (taken(&received), taken(&received_away));
    let spans = span_ids(&transaction);
    assert_eq!(spans.len(), 3);
    assert_eq!(
        [shown(&home[0]), shown(&home[1])],
        [spans[0].clone(), spans[2].clone()]
    );
    assert_eq!(away, [[("baggage".to_owned(), "mine=1".to_owned())]]);
}

#[actix_web::test]
async fn opting_out_holds_on_all_hops_and_stays_at_home() {
    let (served, received) = recorder();
    let (sink, tracer) = tracer();
    let url = format!("http://{0}/to?http://{0}/", served.address);
    for (propagation, spans, headers) in [
        (Propagation::NotTraced, 0, 0),
        (Propagation::NotPropagated, 2, 0),
        (Propagation::Traced, 2, 2),
    ] {
        let request = client(&tracer)
            .get(&url)
            .propagation(Propagation::NotTraced)
            .propagation(propagation);
        let (_, transaction) = within(&tracer, &sink, async || read(request).await).await;
        assert_eq!(transaction.spans.len(), spans, "{propagation:?}");
        let counts: Vec<_> = taken(&received).iter().map(Vec::len).collect();
        assert_eq!(counts, [headers, headers], "{propagation:?}");
    }
}

#[actix_web::test]
async fn a_websocket_handshake_carries_the_trace() {
    let (served, received) = recorder();
    let (sink, tracer) = tracer();
    for (propagation, headers) in [(Propagation::Traced, 2), (Propagation::NotPropagated, 0)] {
        let handshake = client(&tracer)
            .ws(format!("ws://{}/", served.address))
            .propagation(propagation);
        let (connected, transaction) =
            within(&tracer, &sink, async || handshake.connect().await).await;
        assert!(connected.is_err(), "the server speaks no websocket");
        let span = &transaction.spans[0];
        assert_eq!(span.name, format!("GET ws://{}/", served.address));
        let code = span.data.get("http.response.status_code");
        assert_eq!(code, Some(&200.into()));
        assert_eq!(taken(&received)[0].len(), headers);
    }
}

#[actix_web::test]
async fn http_2_is_alike() {
    let (sink, tracer) = tracer();
    let layer = TraceMiddleware::new().tracer(tracer.clone());
    let served = Served::start(move || {
        App::new()
            .route("/version", web::get().to(version))
            .wrap(layer.clone())
    });
    // Without TLS, as the feature `dangerous-h2c` of awc has it.
    let client = Client::builder()
        .max_http_version(Version::HTTP_2)
        .wrap(ClientMiddleware::new().tracer(tracer.clone()))
        .finish();
    let url = format!("https://{}/version", served.address);
    let root = tracer.start_new_trace().start_span("work").start();
    let call = async { read(client.get(&url)).await }.in_trace_span(root);
    assert_eq!(call.await, b"HTTP/2.0");
    let transactions = wait(&sink, 2);
    let of_server = |transaction: &&Transaction| transaction.root.op == "http.server";
    let (server, work) = match transactions.iter().partition::<Vec<_>, _>(of_server) {
        (server, work) if server.len() == 1 && work.len() == 1 => (server[0], work[0]),
        other => panic!("{other:#?}"),
    };
    assert_eq!(server.trace_id, work.trace_id);
    assert_eq!(server.root.parent_span_id, Some(work.spans[0].span_id));
    assert_eq!(server.root.name, "GET /version");
    let data = |key| server.root.data.get(key).and_then(Value::as_str);
    assert_eq!(data("network.protocol.version"), Some("2"));
    assert_eq!(data("server.address"), Some("127.0.0.1"));
}

#[actix_web::test]
async fn without_an_answer() {
    let (served, _received) = recorder();
    let (sink, tracer) = tracer();
    let never = || client(&tracer).get(format!("http://{}/never", served.address));
    let (timed_out, transaction) = within(&tracer, &sink, async || {
        never().timeout(Duration::from_millis(50)).send().await
    })
    .await;
    assert!(timed_out.is_err());
    assert_eq!(span_status(&transaction), "cancelled");
    assert_eq!(status(&transaction), "none");

    let dropped = async || {
        let sent = never().send();
        assert!(
            tokio::time::timeout(Duration::from_millis(50), sent)
                .await
                .is_err()
        );
    };
    let ((), transaction) = within(&tracer, &sink, dropped).await;
    assert_eq!(span_status(&transaction), "cancelled");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr());
    let refused = client(&tracer).get(format!("http://{}/", closed.expect("a port")));
    let (refused, transaction) = within(&tracer, &sink, async || refused.send().await).await;
    assert!(refused.is_err());
    assert_eq!(span_status(&transaction), "internal_error");
}

fn span_status(transaction: &Transaction) -> &'static str {
    transaction.spans[0]
        .status
        .map_or("none", |status| status.as_str())
}

#[actix_web::test]
async fn a_hook_names_the_span_and_signed_headers_are_left_alone() {
    let (served, received) = recorder();
    let (sink, tracer) = tracer_with(Options::new().propagate_traceparent(true));
    let middleware = ClientMiddleware::new()
        .tracer(tracer.clone())
        .name(|request| Some(format!("custom {}", request.method)));
    let client = Client::builder().wrap(middleware).finish();
    let signature = "AWS4-HMAC-SHA256 SignedHeaders=host;Baggage, Signature=1";
    let request = client
        .put(format!("http://{}/", served.address))
        .insert_header((header::AUTHORIZATION, signature))
        .insert_header(("baggage", "sentry-a=1"));
    let (_, transaction) = within(&tracer, &sink, async || read(request).await).await;
    assert_eq!(transaction.spans[0].name, "custom PUT");
    let mut names: Vec<_> = taken(&received).remove(0);
    names.sort();
    assert_eq!(names[0], ("baggage".to_owned(), "sentry-a=1".to_owned()));
    assert_eq!(
        [&*names[1].0, &*names[2].0],
        ["sentry-trace", "traceparent"]
    );

    let request = client
        .get(format!("http://{}/", served.address))
        .insert_header(("sentry-trace", "mine"))
        .insert_header(("baggage", "sentry-a=1"));
    within(&tracer, &sink, async || read(request).await).await;
    let kept = [("baggage", "sentry-a=1"), ("sentry-trace", "mine")];
    let kept = kept.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut headers = taken(&received).remove(0);
    headers.sort();
    assert_eq!(headers, kept);
}

#[actix_web::test]
async fn without_a_tracer_what_runs_inside_stays_below_the_current_span() {
    let (_sink, tracer) = tracer();
    let inside = Cell::new(None);
    let look = fn_service(|_: ConnectRequest| {
        inside.set(current_span().span_id());
        future::err::<ConnectResponse, _>(SendRequestError::Timeout)
    });
    let service = ClientMiddleware::new().new_transform(look);
    let root = tracer.start_new_trace().start_span("root").enter();
    let request = ConnectRequest::Tunnel(RequestHead::default(), None);
    assert!(service.call(request).await.is_err());
    assert_eq!(inside.get(), root.span_id());
}
