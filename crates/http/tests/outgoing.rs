//! What is written into the headers of a request (rules R8, R9 and R12).
#![allow(clippy::unwrap_used)]

use std::process::Command;

use http::header::{AUTHORIZATION, HeaderMap};
use http::{HeaderValue, Request};
use sentry_trace_http::{
    BAGGAGE, ClientConfig, ClientRequest, ClientSpan, Propagation, write_headers,
};
use sentry_trace_runtime::core::continuation::SingleLines;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer, Value};

const HEADER: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";

fn tracer(options: Options) -> Tracer {
    Tracer::new(options.traces_sample_rate(1.0)).unwrap()
}

fn start(tracer: &Tracer, url: &str) -> ClientSpan {
    let request = Request::get(url).body(()).unwrap();
    let config = ClientConfig::new("auto.http.test").tracer(tracer.clone());
    config.start(&ClientRequest::from_http(&request), Propagation::Traced)
}

#[test]
fn with_an_empty_context_members_of_another_trace_go_all_the_same() {
    let context = tracer(Options::new()).continue_trace(SingleLines {
        sentry_trace: Some(HEADER.as_bytes()),
        ..SingleLines::default()
    });
    let span = context.start_span("request").start();
    for (before, after) in [("a=1,sentry-old=2", Some("a=1")), ("sentry-old=2", None)] {
        let mut headers = HeaderMap::new();
        headers.insert(BAGGAGE, HeaderValue::from_static(before));
        write_headers(&mut headers, &span);
        let written = headers.get(BAGGAGE).map(|value| value.to_str().unwrap());
        assert_eq!(written, after);
    }
}

#[test]
fn each_line_of_authorization_may_sign() {
    let tracer = tracer(Options::new());
    let span = tracer.start_new_trace().start_span("request").start();
    let mut headers = HeaderMap::new();
    for line in ["Bearer x", "AWS4 SignedHeaders=host;baggage, Signature=1"] {
        headers.append(AUTHORIZATION, HeaderValue::from_static(line));
    }
    write_headers(&mut headers, &span);
    assert!(!headers.contains_key(BAGGAGE));
    assert!(headers.contains_key("sentry-trace"));
}

#[test]
fn the_own_dsn_is_known_by_any_spelling_of_its_address() {
    let tracer = tracer(Options::new().dsn("http://key@[0:0:0:0:0:0:0:1]:9000/1"));
    let _root = tracer.start_new_trace().start_span("request").enter();
    for (url, propagates) in [
        ("http://[::1]:9000/x", false),
        ("http://[0:0:0:0:0:0:0:1]:9000/x", false),
        ("http://[::1]:9001/x", true),
    ] {
        assert_eq!(start(&tracer, url).propagates(), propagates, "{url}");
    }
}

#[test]
fn every_answer_has_its_code() {
    for code in [200, 302, 404, 503] {
        let sink = MemorySink::new();
        let tracer = tracer(Options::new().inline_sink(sink.clone()));
        let root = tracer.start_new_trace().start_span("request").enter();
        start(&tracer, "http://a.test/").respond(code);
        drop(root);
        let data = &sink.take()[0].spans[0].data;
        let found = data.get("http.response.status_code");
        assert_eq!(found, Some(&Value::from(code)));
    }
}

/// Set in the process that was started within a trace.
const STARTED: &str = "SENTRY_TRACE_TEST_STARTED";

#[test]
fn outside_any_span_the_trace_of_the_process_goes_out() {
    if std::env::var_os(STARTED).is_none() {
        let mut process = Command::new(std::env::current_exe().unwrap());
        process.args([
            "--exact",
            "outside_any_span_the_trace_of_the_process_goes_out",
        ]);
        let process = process.env(STARTED, "1").env("SENTRY_TRACE", HEADER);
        assert!(process.status().unwrap().success());
        return;
    }
    let span = start(&tracer(Options::new()), "http://a.test/");
    let trace_id = span.handle().trace_id().unwrap();
    assert!(HEADER.starts_with(&trace_id.to_string()));
}
