//! What a client's requests get, and what is current while they are sent.

use http::uri::Uri;
use http::{HeaderMap, Method, Request};
use sentry_trace_http::{ClientConfig, ClientRequest, ClientSpan, Propagation, SENTRY_TRACE};
use sentry_trace_runtime::core::sentry_trace::SentryTrace;
use sentry_trace_runtime::core::targets::Target;
use sentry_trace_runtime::diagnostics::Diagnostic;
use sentry_trace_runtime::{Options, SpanHandle, Tracer, current_span};

fn tracer(options: Options) -> Tracer {
    let options = options.ignore_environment().traces_sample_rate(1.0);
    Tracer::new(options).expect("valid options")
}

fn config(tracer: &Tracer) -> ClientConfig {
    ClientConfig::new("auto.http.test").tracer(tracer.clone())
}

fn start(config: &ClientConfig, propagation: Propagation) -> ClientSpan {
    config.start(&ClientRequest::new("GET", None), propagation)
}

/// What is current within the request.
fn inside(config: &ClientConfig, propagation: Propagation) -> SpanHandle {
    start(config, propagation).scope().run(current_span)
}

#[test]
fn an_asterisk_is_no_part_of_the_host() {
    let uri = Uri::builder().scheme("http").authority("example.com");
    let uri = uri.path_and_query("*").build().expect("a URI");
    let request = Request::builder().method(Method::OPTIONS).uri(uri);
    let request = request.body(()).expect("a request");
    let propagates = |options| {
        let seen = ClientRequest::from_http(&request);
        let span = config(&tracer(options)).start(&seen, Propagation::Traced);
        span.propagates()
    };
    for target in [
        Target::host("example.com"),
        Target::origin("http://example.com"),
    ] {
        assert!(propagates(
            Options::new().trace_propagation_targets([target])
        ));
    }
    assert!(!propagates(Options::new().dsn("http://key@example.com/1")));
}

#[test]
fn what_runs_inside_of_an_untraced_request_stays_below_the_current_span() {
    let tracer = tracer(Options::new());
    let root = tracer.start_new_trace().start_span("root").enter();
    let without_tracer = ClientConfig::new("auto.http.test");
    for (config, propagation) in [
        (config(&tracer), Propagation::NotTraced),
        (without_tracer, Propagation::Traced),
    ] {
        assert!(!start(&config, propagation).propagates());
        assert_eq!(inside(&config, propagation).span_id(), root.span_id());
    }
}

#[test]
fn requests_in_the_same_surroundings_are_in_one_trace() {
    let tracer = tracer(Options::new());
    let config = config(&tracer);
    let trace_ids = |propagation| {
        let surroundings = config.surroundings(propagation);
        let _current = surroundings.make_current();
        [(); 2].map(|()| inside(&config, Propagation::Traced).trace_id())
    };
    let [first, second] = trace_ids(Propagation::Traced);
    assert!(first.is_some() && first == second);
    assert_ne!(trace_ids(Propagation::Traced)[0], first);

    let root = tracer.start_new_trace().start_span("root").enter();
    assert_eq!(trace_ids(Propagation::Traced), [root.trace_id(); 2]);
}

#[test]
fn a_request_without_headers_has_no_surroundings_of_its_own() {
    let tracer = tracer(Options::new());
    for propagation in [Propagation::NotPropagated, Propagation::NotTraced] {
        assert!(config(&tracer).surroundings(propagation).is_none());
    }
    let root = tracer.start_new_trace().start_span("root").enter();
    let surroundings = config(&tracer).surroundings(Propagation::NotTraced);
    assert_eq!(surroundings.span_id(), root.span_id());
}

/// The `sentry-trace` of a request that is sent while `scope` is current.
fn sent_below(config: &ClientConfig, scope: &SpanHandle) -> String {
    let _current = scope.make_current();
    let request = Request::get("http://a.test/").body(()).expect("a request");
    let span = config.start(&ClientRequest::from_http(&request), Propagation::Traced);
    let mut headers = HeaderMap::new();
    span.write_headers(&mut headers);
    let sent = headers[SENTRY_TRACE].to_str().expect("ASCII");
    sent.to_owned()
}

#[test]
fn a_request_below_a_span_of_another_library_names_that_span() {
    let tracer = tracer(Options::new());
    for other in [
        "771a43a4192642f0b136d5159a501700-1234567890abcdef-1",
        "771a43a4192642f0b136d5159a501700-1234567890abcdef-0",
        "771a43a4192642f0b136d5159a501700-1234567890abcdef",
    ] {
        let context = || {
            let other = SentryTrace::parse(other.as_bytes()).expect("a header");
            tracer.continue_in_process(other)
        };
        let sent = sent_below(&config(&tracer), &context().scope_of_sender());
        assert_eq!(sent, other);
        // A scope of its own has a span of its own.
        let sent = sent_below(&config(&tracer), &context().scope());
        assert_eq!(sent.len(), other.len());
        assert_ne!(sent, other);
    }
}

/// The hosts that the diagnostics are told of.
fn not_propagated(
    targets: impl IntoIterator<Item = Target>,
    requests: &[(&str, Propagation)],
) -> Vec<String> {
    let (tell, told) = std::sync::mpsc::channel();
    let options = Options::new()
        .trace_propagation_targets(targets)
        .on_diagnostic(move |diagnostic| _ = tell.send(diagnostic.clone()));
    let tracer = tracer(options);
    for &(url, propagation) in requests {
        let request = Request::get(url).body(()).expect("a request");
        drop(config(&tracer).start(&ClientRequest::from_http(&request), propagation));
    }
    let host = |told| match told {
        Diagnostic::NotPropagated(host) => Some(host),
        _ => None,
    };
    told.try_iter().filter_map(host).collect()
}

#[test]
fn hosts_outside_the_targets_are_told_once() {
    let requests = [
        ("http://example.com/", Propagation::Traced),
        ("http://b.example/?token=1", Propagation::NotPropagated),
        ("http://a.example/?token=1", Propagation::Traced),
        ("http://a.example/", Propagation::Traced),
        ("http://b.example/", Propagation::Traced),
    ];
    let target = Target::host("example.com");
    assert_eq!(
        not_propagated([target], &requests),
        ["a.example", "b.example"]
    );
    // Nobody asks why, who wants no headers at all.
    assert!(not_propagated([], &requests).is_empty());
}
