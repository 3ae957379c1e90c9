//! Requests that a user decides about (rule R5).

use std::sync::{Arc, Mutex};

use http::Request;
use sentry_trace_http::{ServerConfig, ServerRequest, incoming};
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer, current_span};

/// The flags of a parent that says yes, of one that says no, and of one that leaves it to us.
const FLAGS: [&str; 3] = ["-1", "-0", ""];

/// What came of a request: what its calls carry, and whether it was recorded.
#[derive(Debug, PartialEq, Eq)]
struct Served {
    flag: String,
    baggage: String,
    is_recorded: bool,
}

fn serve(
    options: Options,
    method: &str,
    parent_flag: &str,
    configure: impl FnOnce(ServerConfig) -> ServerConfig,
) -> Served {
    let sink = MemorySink::new();
    let tracer = Tracer::new(options.ignore_environment().inline_sink(sink.clone()));
    let config = ServerConfig::new("auto.http.test").tracer(tracer.expect("valid options"));
    let request = Request::builder()
        .method(method)
        .uri("/orders/7")
        .header(
            "sentry-trace",
            format!("771a43a4192642f0b136d5159a501700-1234567890abcdef{parent_flag}"),
        )
        .header(
            "baggage",
            "sentry-sample_rand=0.25,sentry-sample_rate=0.5,sentry-sampled=x",
        )
        .header("x-debug", "1")
        .body(())
        .expect("a request");
    let span = configure(config).start(
        &ServerRequest::from_http(&request),
        incoming(request.headers()),
    );
    let carried = span.scope().run(|| current_span().trace_data());
    span.finish();
    let carried = carried.expect("a trace");
    Served {
        flag: carried.sentry_trace[49..].to_owned(),
        baggage: carried.baggage.expect("a context"),
        is_recorded: !sink.take().is_empty(),
    }
}

fn rate() -> Options {
    Options::new().traces_sample_rate(0.5)
}

fn sampler() -> Options {
    Options::new().traces_sampler(|context| context.inherit_or_sample_with(0.5))
}

#[test]
fn the_decision_goes_before_the_parent_and_the_sampler_and_is_carried_on() {
    let yes = Served {
        flag: "-1".to_owned(),
        baggage: "sentry-sample_rand=0.25,sentry-sample_rate=1,sentry-sampled=true".to_owned(),
        is_recorded: true,
    };
    let no = Served {
        flag: "-0".to_owned(),
        baggage: "sentry-sample_rand=0.25,sentry-sample_rate=0,sentry-sampled=false".to_owned(),
        is_recorded: false,
    };
    for (decision, expected) in [(true, yes), (false, no)] {
        for (parent_flag, options) in FLAGS
            .into_iter()
            .flat_map(|f| [(f, rate()), (f, sampler())])
        {
            let served = serve(options, "GET", parent_flag, |config| {
                config.sampled(move |request| {
                    let is_debug = request.headers.first("x-debug") == Some(b"1");
                    is_debug.then_some(decision)
                })
            });
            assert_eq!(served, expected, "{parent_flag:?}");
        }
    }
}

#[test]
fn without_a_decision_nothing_changes() {
    for parent_flag in FLAGS {
        for options in [rate, sampler] {
            let expected = serve(options(), "GET", parent_flag, |config| config);
            let served = serve(options(), "GET", parent_flag, |config| {
                config.sampled(|_| None)
            });
            assert_eq!(served, expected, "{parent_flag:?}");
        }
    }
}

#[test]
fn where_no_sampling_is_configured_the_decision_is_ignored() {
    for parent_flag in FLAGS {
        for decision in [true, false] {
            let served = serve(Options::new(), "GET", parent_flag, |config| {
                config.sampled(move |_| Some(decision))
            });
            assert_eq!(served.flag, parent_flag);
            assert!(!served.is_recorded, "{parent_flag:?}");
        }
    }
}

#[test]
fn a_panic_changes_nothing_and_is_told_once() {
    for parent_flag in FLAGS {
        let told = Arc::new(Mutex::new(Vec::new()));
        let options = rate().on_diagnostic({
            let told = told.clone();
            move |diagnostic| {
                let mut told = told.lock().expect("no panic");
                told.push(diagnostic.to_string());
            }
        });
        let expected = serve(rate(), "GET", parent_flag, |config| config);
        let served = serve(options, "GET", parent_flag, |config| {
            config.sampled(|_| panic!("sampled"))
        });
        assert_eq!(served, expected, "{parent_flag:?}");
        let told = told.lock().expect("no panic");
        assert_eq!(*told, ["the hook sampled panicked"]);
    }
}

#[test]
fn requests_without_a_transaction_are_not_asked_about() {
    for (method, passes, is_asked) in [
        ("OPTIONS", true, false),
        ("HEAD", true, false),
        ("GET", false, false),
        ("GET", true, true),
    ] {
        let asked = Arc::new(Mutex::new(0));
        let served = serve(rate(), method, "-0", |config| {
            let asked = asked.clone();
            config.filter(move |_| passes).sampled(move |_| {
                *asked.lock().expect("no panic") += 1;
                Some(true)
            })
        });
        assert_eq!(*asked.lock().expect("no panic"), u32::from(is_asked));
        assert_eq!(served.is_recorded, is_asked, "{method} {passes}");
    }
}
