//! Pages on their way through a server: their client can tell where they end.

mod common;

use actix_web::body::SizedStream;
use actix_web::rt::task::yield_now;
use actix_web::web::{self, Bytes};
use actix_web::{App, Error, HttpResponse, HttpResponseBuilder};
use common::{PATIENCE, Served, tracer};
use futures_util::{Stream, stream};
use sentry_trace_actix::{InjectMeta, TraceMiddleware};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const PAGE: &str = "<head><title>a</title></head>";
const TAG: &str = "<meta name=\"sentry-trace\"";

/// A page that is not there at once, as those from files are.
fn page() -> impl Stream<Item = Result<Bytes, Error>> {
    Box::pin(stream::once(async {
        yield_now().await;
        Ok(Bytes::from(PAGE))
    }))
}

fn html() -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.content_type("text/html");
    response
}

async fn sized() -> HttpResponse {
    html().body(SizedStream::new(PAGE.len() as u64, page()))
}

async fn unchunked() -> HttpResponse {
    html().no_chunking(PAGE.len() as u64).streaming(page())
}

fn pages() -> Served {
    let (_, tracer) = tracer();
    Served::start(move || {
        App::new()
            .route("/sized", web::get().to(sized))
            .route("/unchunked", web::get().to(unchunked))
            .wrap(InjectMeta::new())
            .wrap(TraceMiddleware::new().tracer(tracer.clone()))
    })
}

#[actix_web::test]
async fn a_page_whose_length_is_gone_comes_in_chunks() {
    let served = pages();
    for path in ["/sized", "/unchunked"] {
        let answer = served.get(path).await;
        assert!(answer.contains("transfer-encoding: chunked"), "{answer}");
        assert!(answer.contains(TAG), "{answer}");
        assert!(answer.ends_with("\r\n0\r\n\r\n"), "{answer}");
    }
}

#[actix_web::test]
async fn a_client_of_http_1_0_gets_no_chunks() {
    let served = pages();
    for path in ["/sized", "/unchunked"] {
        let mut stream = served.connect().await;
        let head = format!("GET {path} HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
        let sent = stream.write_all(head.as_bytes()).await;
        sent.expect("it reads");
        let mut answer = String::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
        let read = read.expect("the connection is closed, which is the end of the page");
        read.expect("an answer");
        assert!(!answer.contains("transfer-encoding"), "{answer}");
        assert!(answer.contains(TAG), "{answer}");
        assert!(answer.ends_with("</head>"), "{answer}");
    }
}
