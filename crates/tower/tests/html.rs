//! Meta tags in pages, and `Server-Timing`, through the layers.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use sentry_trace_runtime::{Options, Tracer};
use sentry_trace_tower::html::{ALLOWED_REQUEST_HEADERS, InjectMetaLayer, ServerTimingLayer};
use sentry_trace_tower::{ClientLayer, ServerLayer};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::cors::{AllowHeaders, Any, CorsLayer};

const SENTRY_TRACE: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
const PAGE: &str = "<!doctype html><html><head><title>a</title></head><body>b</body></html>";

/// What a body gives when it is polled, in order.
enum Step {
    Bytes(&'static str),
    Pause,
    Error,
    Trailers,
}

struct Scripted {
    steps: std::vec::IntoIter<Step>,
    polled: Arc<Mutex<usize>>,
}

impl Scripted {
    fn new(steps: Vec<Step>) -> Self {
        Self {
            steps: steps.into_iter(),
            polled: Arc::default(),
        }
    }
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        *self.polled.lock().unwrap() += 1;
        match self.steps.next() {
            None => Poll::Ready(None),
            Some(Step::Pause) => Poll::Pending,
            Some(Step::Error) => Poll::Ready(Some(Err("broken off"))),
            Some(Step::Bytes(text)) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(text))))),
            Some(Step::Trailers) => Poll::Ready(Some(Ok(Frame::trailers(HeaderMap::new())))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        let bytes = |step: &Step| match step {
            Step::Bytes(text) => text.len() as u64,
            _ => 0,
        };
        SizeHint::with_exact(self.steps.as_slice().iter().map(bytes).sum())
    }
}

fn tracer() -> Tracer {
    Tracer::new(
        Options::new()
            .traces_sample_rate(1.0)
            .ignore_environment()
            .release("r@1"),
    )
    .unwrap()
}

/// The answer to a request whose handler answers with this body and these headers.
async fn ask<B>(
    method: Method,
    lines: &[(&'static str, &'static str)],
    body: B,
) -> Response<impl Body<Data = Bytes, Error = B::Error> + use<B>>
where
    B: Body<Data = Bytes> + Send + 'static,
{
    let mut response = Response::new(body);
    for (name, value) in lines {
        response.headers_mut().append(*name, value.parse().unwrap());
    }
    let slot = Mutex::new(Some(response));
    let handler = tower::service_fn(move |_: Request<()>| {
        let response = slot.lock().unwrap().take().unwrap();
        async { Ok::<_, Infallible>(response) }
    });
    let service = ServiceBuilder::new()
        .layer(ServerLayer::new().tracer(tracer()))
        .layer(InjectMetaLayer::new())
        .service(handler);
    let request = Request::builder()
        .method(method)
        .uri("/")
        .header("sentry-trace", SENTRY_TRACE)
        .body(());
    service.oneshot(request.unwrap()).await.unwrap()
}

async fn text<B: Body<Data = Bytes, Error: std::fmt::Debug>>(response: Response<B>) -> String {
    let bytes = response.collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

const HTML: (&str, &str) = ("content-type", "text/html");
/// The tag of a trace that came in without baggage.
const TAG_LEN: usize = "<meta name=\"sentry-trace\" content=\"\">".len() + SENTRY_TRACE.len();

/// Takes the tag out of a page, and says where it was.
fn take_tag(page: &str) -> (String, Option<usize>) {
    let Some(at) =
        page.find("<meta name=\"sentry-trace\" content=\"771a43a4192642f0b136d5159a501700-")
    else {
        return (page.to_owned(), None);
    };
    ([&page[..at], &page[at + TAG_LEN..]].concat(), Some(at))
}

#[tokio::test]
async fn a_page_gets_the_tags_and_the_right_length() {
    let length: &'static str = PAGE.len().to_string().leak();
    let lines = [
        HTML,
        ("content-length", length),
        ("etag", "\"a\""),
        ("last-modified", "x"),
    ];
    let response = ask(Method::GET, &lines, Full::new(Bytes::from(PAGE))).await;
    let announced: usize = response.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(response.body().size_hint().exact(), Some(announced as u64));
    assert!(
        !response.headers().contains_key("etag")
            && !response.headers().contains_key("last-modified")
    );
    let page = text(response).await;
    assert_eq!(page.len(), announced);
    assert_eq!(
        take_tag(&page),
        (PAGE.to_owned(), Some("<!doctype html><html><head>".len()))
    );
}

#[tokio::test]
async fn what_takes_no_tags_is_left_as_it_is() {
    let without_head = "<!doctype html><title>a</title><header><head></header>";
    let with_tags = "<head><meta name=\"sentry-trace\" content=\"x\"></head>";
    let cases: [(&[_], _); 7] = [
        (&[("content-type", "application/json")], PAGE),
        (&[HTML, ("content-encoding", "br")], PAGE),
        (&[HTML, ("cache-control", "public, max-age=60")], PAGE),
        (&[HTML, ("content-range", "bytes 0-9/10")], PAGE),
        (&[], PAGE),
        (&[HTML], without_head),
        (&[HTML], with_tags),
    ];
    for (lines, body) in cases {
        let mut lines = lines.to_vec();
        lines.extend([
            ("etag", "\"a\""),
            ("content-length", body.len().to_string().leak()),
        ]);
        let response = ask(Method::GET, &lines, Full::new(Bytes::from(body))).await;
        for (name, value) in &lines {
            assert_eq!(response.headers()[*name], *value, "{lines:?}");
        }
        assert_eq!(response.body().size_hint().exact(), Some(body.len() as u64));
        assert_eq!(text(response).await, body, "{lines:?}");
    }
}

#[tokio::test]
async fn the_answer_to_head_says_nothing_of_the_page_without_tags() {
    let lines = [HTML, ("content-length", "71"), ("etag", "\"a\"")];
    let response = ask(Method::HEAD, &lines, Full::<Bytes>::default()).await;
    assert!(
        !response.headers().contains_key("content-length")
            && !response.headers().contains_key("etag")
    );
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn without_a_trace_nothing_changes() {
    let handler = tower::service_fn(|_: Request<()>| async {
        let response = Response::builder()
            .header("content-type", "text/html")
            .header("etag", "\"a\"");
        Ok::<_, Infallible>(response.body(Full::new(Bytes::from(PAGE))).unwrap())
    });
    let service = ServiceBuilder::new()
        .layer(InjectMetaLayer::new())
        .service(handler);
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert!(response.headers().contains_key("etag"));
    assert_eq!(text(response).await, PAGE);
}

/// What comes out of a body, `None` for each time that it had nothing ready.
fn poll_all<B: Body<Data = Bytes, Error = &'static str>>(
    body: B,
) -> Vec<Option<Result<String, &'static str>>> {
    let mut body = pin!(body);
    let mut context = Context::from_waker(Waker::noop());
    let mut out = Vec::new();
    loop {
        out.push(match body.as_mut().poll_frame(&mut context) {
            Poll::Pending => None,
            Poll::Ready(None) => return out,
            Poll::Ready(Some(Err(error))) => Some(Err(error)),
            Poll::Ready(Some(Ok(frame))) => Some(Ok(match frame.into_data() {
                Ok(bytes) => take_tag(std::str::from_utf8(&bytes).unwrap())
                    .1
                    .map_or_else(
                        || String::from_utf8(bytes.to_vec()).unwrap(),
                        |_| "TAG".to_owned(),
                    ),
                Err(_) => "TRAILERS".to_owned(),
            })),
        });
    }
}

#[tokio::test]
async fn nothing_waits_for_what_is_not_there_yet() {
    use Step::{Bytes as B, Pause, Trailers};
    let ok = |text: &str| Some(Ok(text.to_owned()));
    let body = Scripted::new(vec![
        Pause,
        B("<html><he"),
        Pause,
        B("ad a='>'><title>"),
        Pause,
        B("</title></head>"),
        Pause,
        B("x"),
        Trailers,
    ]);
    let response = ask(Method::GET, &[HTML, ("content-length", "41")], body).await;
    assert!(
        !response.headers().contains_key("content-length"),
        "nobody knows it yet"
    );
    assert_eq!(response.body().size_hint().exact(), None);
    // The pause inside the head lets go what is held, instead of waiting.
    let expected = [
        ok("<html><he"),
        None,
        ok("ad a='>'>"),
        ok("TAG"),
        ok("<title>"),
        ok("</title></head>"),
        None,
        ok("x"),
        ok("TRAILERS"),
    ];
    let out = poll_all(response.into_body());
    assert_eq!(out, expected);
}

#[tokio::test]
async fn a_body_that_breaks_off_gives_what_it_had() {
    use Step::{Bytes as B, Error};
    let body = Scripted::new(vec![B("<head>"), B("<title>"), Error]);
    let response = ask(Method::GET, &[HTML], body).await;
    let out = poll_all(response.into_body());
    let texts: Vec<_> = out.into_iter().flatten().collect();
    let expected = ["<head>", "TAG", "<title>"].map(|text| Ok(text.to_owned()));
    assert_eq!(texts[..3], expected);
    assert_eq!(texts[3..], [Err("broken off")]);
}

#[tokio::test]
async fn a_page_is_read_no_further_than_the_head_before_its_response() {
    let chunks = || {
        vec![
            Step::Bytes("<head>"),
            Step::Bytes("</head>"),
            Step::Bytes("a"),
            Step::Bytes("b"),
        ]
    };
    let body = Scripted::new(chunks());
    let polled = body.polled.clone();
    let response = ask(Method::GET, &[HTML], body).await;
    assert_eq!(*polled.lock().unwrap(), 2);
    assert_eq!(take_tag(&text(response).await).0, "<head></head>ab");
}

#[tokio::test]
async fn a_page_as_long_as_can_be_announced_gets_the_tags() {
    struct Endless;
    impl Body for Endless {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from(PAGE)))))
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(u64::MAX)
        }
    }
    let lines = [HTML, ("content-length", "18446744073709551615")];
    let mut response = ask(Method::GET, &lines, Endless).await;
    assert!(!response.headers().contains_key("content-length"));
    let hint = response.body().size_hint();
    assert_eq!((hint.lower(), hint.upper()), (u64::MAX, None));
    let mut body = pin!(response.body_mut());
    let mut page = String::new();
    while page.len() < PAGE.len() + TAG_LEN {
        let frame = body.frame().await.unwrap().unwrap();
        page.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    assert_eq!(take_tag(&page).0, PAGE);
}

#[tokio::test]
async fn server_timing_names_the_root() {
    let handler = tower::service_fn(|_: Request<()>| async {
        let response = Response::builder()
            .header("server-timing", "db;dur=1")
            .header("server-timing", "b");
        Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
    });
    let service = ServiceBuilder::new()
        .layer(ServerLayer::new().tracer(tracer()))
        .layer(ServerTimingLayer::new())
        .service(handler);
    let request = Request::get("/")
        .header("sentry-trace", SENTRY_TRACE)
        .body(())
        .unwrap();
    let response = service.oneshot(request).await.unwrap();
    let value = response.headers()["server-timing"].to_str().unwrap();
    assert!(
        value.starts_with("db;dur=1, b, sentry-trace;desc=\"771a43a4192642f0b136d5159a501700-"),
        "{value}"
    );
}

fn preflight() -> Request<()> {
    let preflight = Request::options("/")
        .header("origin", "https://shop.test")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "baggage,sentry-trace");
    preflight.body(()).unwrap()
}

#[tokio::test]
async fn a_refused_preflight_is_told_by_the_server_layer() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let options = Options::new().ignore_environment().on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.to_string())
    });
    let tracer = Tracer::new(options).unwrap();
    let refusing = CorsLayer::new().allow_origin(Any);
    let own = [http::header::AUTHORIZATION];
    let headers = ALLOWED_REQUEST_HEADERS.into_iter().chain(own);
    let allowing = refusing.clone().allow_headers(AllowHeaders::list(headers));
    for (cors, notes) in [(allowing, 0), (refusing, 1)] {
        let handler = tower::service_fn(|_: Request<()>| async {
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let service = ServiceBuilder::new()
            .layer(ServerLayer::new().tracer(tracer.clone()))
            .layer(cors)
            .service(handler);
        service.oneshot(preflight()).await.unwrap();
        assert_eq!(told.lock().unwrap().len(), notes, "{told:?}");
    }
}

#[tokio::test]
async fn a_layer_that_answers_by_itself_can_stand_outside_of_ours() {
    let handler = tower::service_fn(|_: Request<()>| async {
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(PAGE)))
    });
    let service = ServiceBuilder::new()
        .layer(CorsLayer::permissive())
        .layer(ServerLayer::new().tracer(tracer()))
        .layer(InjectMetaLayer::new())
        .layer(ClientLayer::new().tracer(tracer()))
        .service(handler);
    for (request, page) in [(preflight(), ""), (Request::new(()), PAGE)] {
        let response = service.clone().oneshot(request).await.unwrap();
        let body = response.into_body();
        assert_eq!(body.is_end_stream(), page.is_empty());
        assert_eq!(body.collect().await.unwrap().to_bytes(), page);
    }
}
