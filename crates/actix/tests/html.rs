//! Meta tags in pages, `Server-Timing` and preflights on actix-web.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::sync::{Arc, Mutex};
use std::task::Poll;

use actix_cors::Cors;
use actix_web::body::{BodySize, BoxBody, MessageBody, SizedStream, to_bytes};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::error::ErrorUnauthorized;
use actix_web::http::header::{CONTENT_LENGTH, ContentType, ETAG};
use actix_web::web::{self, Bytes, Html};
use actix_web::{App, Error, HttpResponse, test};
use futures_util::{future, stream};
use sentry_trace_actix::{
    InjectMeta, ServerTiming, TraceMeta, TraceMiddleware, allowed_request_headers,
};
use sentry_trace_runtime::{Options, Tracer, start_span};

const SENTRY_TRACE: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
const PAGE: &str = "<!doctype html><html><head><title>a</title></head><body>b</body></html>";
const TAG_START: &str = "<meta name=\"sentry-trace\" content=\"771a43a4192642f0b136d5159a501700-";
/// The tag of a trace that came in without baggage.
const TAG_LEN: usize = "<meta name=\"sentry-trace\" content=\"\">".len() + SENTRY_TRACE.len();

fn tracer() -> TraceMiddleware {
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    TraceMiddleware::new().tracer(Tracer::new(options).unwrap())
}

/// The answer to a request for `/`, which this handler serves inside of [`InjectMeta`].
async fn ask(
    method: &str,
    handler: impl Fn() -> HttpResponse + Clone + 'static,
) -> ServiceResponse<BoxBody> {
    let route = web::route().to(move || {
        let response = handler();
        async { response }
    });
    let app = App::new()
        .route("/", route)
        .wrap(InjectMeta::new())
        .wrap(tracer());
    let app = test::init_service(app).await;
    let request = test::TestRequest::get()
        .method(method.parse().unwrap())
        .insert_header(("sentry-trace", SENTRY_TRACE));
    test::call_service(&app, request.to_request())
        .await
        .map_into_boxed_body()
}

async fn text(response: ServiceResponse<BoxBody>) -> String {
    let bytes = to_bytes(response.into_body()).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn without_tag(page: &str) -> Option<String> {
    let at = page.find(TAG_START)?;
    assert!(page[..at].ends_with("<head>"), "{page}");
    Some([&page[..at], &page[at + TAG_LEN..]].concat())
}

fn html() -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type(ContentType::html());
    response
}

#[actix_web::test]
async fn a_page_gets_the_tags_and_the_right_length() {
    let response = ask("GET", || html().insert_header((ETAG, "\"a\"")).body(PAGE)).await;
    let size = BodySize::Sized((PAGE.len() + TAG_LEN) as u64);
    assert_eq!(response.response().body().size(), size);
    assert!(!response.headers().contains_key(ETAG));
    assert_eq!(without_tag(&text(response).await).unwrap(), PAGE);
}

#[actix_web::test]
async fn what_takes_no_tags_is_left_as_it_is() {
    let answers: [fn() -> HttpResponse; 5] = [
        || HttpResponse::Ok().body(PAGE),
        || html().insert_header(("content-encoding", "br")).body(PAGE),
        || html().insert_header(("cache-control", "public")).body(PAGE),
        || html().body("<header><head></header>"),
        || html().body("<head><meta name='sentry-trace'></head>"),
    ];
    for answer in answers {
        let expected = to_bytes(answer().into_body()).await.unwrap();
        let response = ask("GET", move || {
            let mut response = answer();
            response
                .headers_mut()
                .insert(ETAG, "\"a\"".parse().unwrap());
            response
        });
        let response = response.await;
        assert!(response.headers().contains_key(ETAG));
        assert_eq!(
            response.response().body().size(),
            BodySize::Sized(expected.len() as u64)
        );
        assert_eq!(text(response).await.as_bytes(), expected);
    }
    let empty = ask("GET", || HttpResponse::NoContent().finish()).await;
    assert_eq!(empty.response().body().size(), BodySize::Sized(0));
}

#[actix_web::test]
async fn a_page_that_streams_gets_the_tags_too() {
    let response = ask("GET", || {
        let chunks = RefCell::new(vec!["</title>", "ad><title>", "", "<html><he"]);
        let paused = stream::poll_fn(move |cx| match chunks.borrow_mut().pop() {
            Some("") => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            chunk => Poll::Ready(chunk.map(|chunk| Ok::<_, Error>(Bytes::from(chunk)))),
        });
        html().no_chunking(27).streaming(paused)
    });
    let response = response.await;
    assert!(!response.headers().contains_key(CONTENT_LENGTH));
    assert_eq!(
        without_tag(&text(response).await).unwrap(),
        "<html><head><title></title>"
    );
}

#[actix_web::test]
async fn a_page_as_long_as_can_be_announced_gets_the_tags() {
    let response = ask("GET", || {
        let page = stream::iter([Ok::<_, Error>(Bytes::from(PAGE))]);
        html().body(SizedStream::new(u64::MAX, page))
    });
    let response = response.await;
    assert_eq!(response.response().body().size(), BodySize::Stream);
    assert_eq!(without_tag(&text(response).await).unwrap(), PAGE);
}

#[actix_web::test]
async fn the_answer_to_head_says_nothing_of_the_page_without_tags() {
    let response = ask("HEAD", || html().insert_header((ETAG, "\"a\"")).body(PAGE)).await;
    assert!(!response.headers().contains_key(ETAG));
    assert_eq!(response.response().body().size(), BodySize::Stream);
}

#[actix_web::test]
async fn handlers_take_the_tags_and_server_timing_the_trace() {
    async fn page(trace_meta: TraceMeta) -> Html {
        start_span("render").run(|_| Html::new(format!("<head>{trace_meta}</head>")))
    }
    let app = App::new()
        .route("/", web::get().to(page))
        .wrap(ServerTiming::new())
        .wrap(tracer());
    let app = test::init_service(app).await;
    let request = test::TestRequest::get()
        .insert_header(("sentry-trace", SENTRY_TRACE))
        .to_request();
    let response = test::call_service(&app, request)
        .await
        .map_into_boxed_body();
    let timing = response
        .headers()
        .get("server-timing")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let named = timing
        .strip_prefix("sentry-trace;desc=\"")
        .unwrap()
        .strip_suffix('"')
        .unwrap();
    assert_eq!(
        text(response).await,
        format!("<head><meta name=\"sentry-trace\" content=\"{named}\"></head>")
    );
}

#[actix_web::test]
async fn server_timing_is_on_the_answers_to_errors_too() {
    let app = App::new()
        .route("/", web::get().to(async || "a page"))
        .wrap_fn(|_, _| future::err::<ServiceResponse, _>(ErrorUnauthorized("log in")))
        .wrap(ServerTiming::new())
        .wrap(tracer());
    let app = test::init_service(app).await;
    let request = test::TestRequest::get().insert_header(("sentry-trace", SENTRY_TRACE));
    let error = app.call(request.to_request()).await.err().unwrap();
    let response = error.error_response();
    let timing = response.headers().get("server-timing").unwrap();
    let start = b"sentry-trace;desc=\"771a43a4192642f0b136d5159a501700-";
    assert!(timing.as_bytes().starts_with(start), "{timing:?}");
}

/// A tracer, and what its diagnostics are told.
fn tracer_that_tells() -> (Tracer, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let options = Options::new().ignore_environment().on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.to_string())
    });
    (Tracer::new(options).unwrap(), told)
}

fn preflight() -> actix_http::Request {
    test::TestRequest::default()
        .method(actix_web::http::Method::OPTIONS)
        .insert_header(("origin", "https://shop.test"))
        .insert_header(("access-control-request-method", "GET"))
        .insert_header(("access-control-request-headers", "baggage,sentry-trace"))
        .to_request()
}

#[actix_web::test]
async fn a_preflight_that_an_error_refuses_is_told() {
    let (tracer, told) = tracer_that_tells();
    let app = App::new()
        .wrap_fn(|_, _| future::err::<ServiceResponse, _>(ErrorUnauthorized("log in")))
        .wrap(TraceMiddleware::new().tracer(tracer));
    let app = test::init_service(app).await;
    let error = app.call(preflight()).await.err().unwrap();
    assert_eq!(error.error_response().status(), 401);
    assert_eq!(told.lock().unwrap().len(), 1, "{told:?}");
}

#[actix_web::test]
async fn a_refused_preflight_is_told() {
    let (tracer, told) = tracer_that_tells();
    for (allowed, notes) in [
        (allowed_request_headers(false).collect(), 0),
        (vec!["content-type"], 1),
    ] {
        let cors = Cors::default()
            .allowed_origin("https://shop.test")
            .allowed_headers(allowed)
            .allowed_methods(["GET"]);
        let app = App::new()
            .wrap(cors)
            .wrap(TraceMiddleware::new().tracer(tracer.clone()));
        let app = test::init_service(app).await;
        test::call_service(&app, preflight()).await;
        assert_eq!(told.lock().unwrap().len(), notes, "{told:?}");
    }
}
