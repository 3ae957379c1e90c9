//! Which responses carry a trace to a browser, and what preflights are told of.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use http::{HeaderMap, HeaderName, HeaderValue};
use sentry_trace_http::TraceMeta;
use sentry_trace_http::html::{
    Preflight, forget_validators, grow_content_length, may_take_meta_tags, server_timing,
    write_server_timing,
};
use sentry_trace_runtime::{Options, Span, Tracer};

fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
    let lines = lines.iter().map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_str(value).unwrap(),
        )
    });
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name, value);
    }
    headers
}

fn span() -> Span {
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    Tracer::new(options)
        .unwrap()
        .start_new_trace()
        .start_span("GET /")
        .start()
}

const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

#[test]
fn only_whole_plain_pages_that_no_cache_stores_take_tags() {
    assert!(may_take_meta_tags(200, &headers(&[HTML])));
    assert!(may_take_meta_tags(
        200,
        &headers(&[HTML, ("trailer", "expires, x-digest-of-rows")])
    ));
    assert!(may_take_meta_tags(
        404,
        &headers(&[HTML, ("cache-control", "private, max-age=60")])
    ));
    for status in [101, 204, 205, 206, 304] {
        assert!(!may_take_meta_tags(status, &headers(&[HTML])), "{status}");
    }
    for line in [
        ("content-encoding", "gzip"),
        ("content-range", "bytes 0-1/2"),
        ("content-digest", "sha-256=:x:"),
        ("trailer", "expires, Content-Digest"),
        ("cache-control", "public"),
    ] {
        assert!(
            !may_take_meta_tags(200, &headers(&[HTML, line])),
            "{line:?}"
        );
    }
    for content_type in ["application/json", "text/plain", "application/xhtml+xml"] {
        assert!(!may_take_meta_tags(
            200,
            &headers(&[("content-type", content_type)])
        ));
    }
    assert!(!may_take_meta_tags(200, &headers(&[])));
}

#[test]
fn a_page_with_tags_has_no_validator_and_the_right_length() {
    let mut page = headers(&[
        ("etag", "\"a\""),
        ("last-modified", "x"),
        ("accept-ranges", "bytes"),
        ("content-length", "10"),
    ]);
    forget_validators(&mut page);
    grow_content_length(&mut page, Some(5));
    assert_eq!(page, headers(&[("content-length", "15")]));
    grow_content_length(&mut page, None);
    assert!(page.is_empty());
    let mut broken = headers(&[("content-length", "ten")]);
    grow_content_length(&mut broken, Some(5));
    assert!(broken.is_empty());
}

#[test]
fn server_timing_is_appended_to_all_lines() {
    let span = span();
    let _current = span.make_current();
    let mut response = headers(&[
        ("server-timing", "db;dur=1"),
        ("server-timing", "cache;desc=\"a,b\""),
    ]);
    write_server_timing(200, &mut response);
    let lines: Vec<_> = response.get_all("server-timing").iter().collect();
    let data = span.trace_data().unwrap();
    let expected = format!(
        "db;dur=1, cache;desc=\"a,b\", sentry-trace;desc=\"{}\", baggage;desc=\"{}\"",
        data.sentry_trace,
        data.baggage.unwrap(),
    );
    assert_eq!(lines, [expected.as_str()]);
}

#[test]
fn server_timing_is_left_alone_where_it_must_be() {
    let meta = TraceMeta::of(&span());
    let value =
        |meta: &TraceMeta, status, lines: &[_]| server_timing(meta, status, &headers(lines));
    assert!(value(&meta, 200, &[("content-type", "image/png")]).is_some());
    assert_eq!(value(&TraceMeta::default(), 200, &[]), None);
    assert_eq!(value(&meta, 304, &[]), None);
    assert_eq!(value(&meta, 200, &[("cache-control", "max-age=60")]), None);
    let lines = [
        ("server-timing", "a"),
        ("server-timing", "sentry-trace;desc=x"),
    ];
    let [first, second] = lines;
    for lines in [[first, second], [second, first]] {
        assert_eq!(value(&meta, 200, &lines), None);
    }
}

/// What the diagnostics are told of preflights, each with its answer.
fn told(exchanges: &[(HeaderMap, u16, HeaderMap)]) -> Vec<String> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let tracer = Tracer::new(Options::new().on_diagnostic({
        let told = told.clone();
        move |diagnostic| told.lock().unwrap().push(diagnostic.to_string())
    }));
    let tracer = tracer.unwrap();
    for (request, status, answer) in exchanges {
        if let Some(preflight) = Preflight::of("OPTIONS", request) {
            preflight.answered(*status, answer, &tracer);
        }
    }
    told.lock().unwrap().drain(..).collect()
}

fn preflight(origin: &str, asked: &str) -> HeaderMap {
    headers(&[
        ("origin", origin),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", asked),
    ])
}

fn answer(lines: &[(&'static str, &str)]) -> HeaderMap {
    let mut answer = headers(lines);
    answer.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    answer
}

#[test]
fn a_preflight_that_is_refused_is_told_once_for_each_origin() {
    let asked = preflight("https://shop.test", "baggage,content-type,sentry-trace");
    let refusal = answer(&[("access-control-allow-headers", "content-type, Baggage")]);
    let other = preflight("https://other.test", "traceparent");
    let told = told(&[
        (asked.clone(), 204, refusal.clone()),
        (asked, 204, refusal),
        (
            other,
            404,
            headers(&[("access-control-allow-headers", "*")]),
        ),
    ]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("browsers at https://shop.test do not send their requests"),
        "{}",
        told[0]
    );
    assert!(
        told[0].contains("does not allow sentry-trace. Add"),
        "{}",
        told[0]
    );
    assert!(
        told[0].contains("`.allow_headers(ALLOWED_REQUEST_HEADERS)` (tower-http, in one list"),
        "{}",
        told[0]
    );
    assert!(
        told[1].contains("ALLOWED_REQUEST_HEADERS_WITH_TRACEPARENT"),
        "{}",
        told[1]
    );
}

#[test]
fn a_preflight_that_is_allowed_or_is_not_about_us_is_not_told() {
    let ours = || preflight("https://a.test", "sentry-trace, baggage");
    let lines = [
        ("access-control-allow-headers", "SENTRY-TRACE"),
        ("access-control-allow-headers", "x, baggage"),
    ];
    let told = told(&[
        (ours(), 200, answer(&lines)),
        (
            ours(),
            200,
            answer(&[("access-control-allow-headers", "*")]),
        ),
        (
            preflight("https://a.test", "content-type"),
            403,
            headers(&[]),
        ),
        (
            headers(&[("access-control-request-headers", "baggage")]),
            403,
            headers(&[]),
        ),
    ]);
    assert_eq!(told, [""; 0]);
    assert!(Preflight::of("GET", &ours()).is_none());
}

#[test]
fn a_star_allows_nothing_to_requests_with_credentials() {
    let star = [
        ("access-control-allow-headers", "*"),
        ("access-control-allow-credentials", "true"),
    ];
    let told = told(&[(preflight("https://a.test", "baggage"), 200, answer(&star))]);
    assert_eq!(told.len(), 1);
}
