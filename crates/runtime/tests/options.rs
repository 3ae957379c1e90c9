//! Options are checked when the tracer is built.
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use sentry_trace_runtime::core::targets::Target;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, StatusCodes, Tracer};

/// The option is refused, by its name and with the value that is wrong.
#[track_caller]
fn refuses(options: Options, option: &str, value: &str) {
    let error = Tracer::new(options).expect_err("the value is wrong");
    assert_eq!(error.option, option);
    assert_eq!(error.value, value);
    assert!(!error.reason.is_empty());
    let text = error.to_string();
    assert!(text.contains(option), "{text}");
    assert!(text.contains(&format!("{value:?}")), "{text}");
}

#[track_caller]
fn accepts(options: Options) -> Tracer {
    Tracer::new(options.ignore_environment()).expect("the value is good")
}

#[test]
fn rates() {
    for (rate, text) in [
        (-0.1, "-0.1"),
        (1.1, "1.1"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
    ] {
        refuses(
            Options::new().traces_sample_rate(rate),
            "traces_sample_rate",
            text,
        );
    }
    for rate in [0.0, -0.0, 1.0, f64::MIN_POSITIVE] {
        let tracer = accepts(Options::new().traces_sample_rate(rate));
        let checked = tracer.settings().traces_sample_rate.unwrap();
        assert!(checked == rate && checked.is_sign_positive());
        assert!(tracer.settings().samples());
    }
}

#[test]
fn dsns() {
    for dsn in [
        "garbage",
        " ",
        "https://localhost/1",
        "https://key@/1",
        "https://key@h/",
    ] {
        refuses(Options::new().dsn(dsn), "dsn", dsn);
    }
    let tracer = accepts(Options::new().dsn("https://key@o7.ingest.localhost/1"));
    let service = &tracer.settings().service;
    assert_eq!(service.public_key.as_deref(), Some("key"));
    assert_eq!(service.org_id.as_deref(), Some("7"));
}

#[test]
fn targets() {
    let targets = |target| Options::new().trace_propagation_targets([Target::host("good"), target]);
    let wrong = [
        (Target::host("api.localhost:80"), "api.localhost:80"),
        (Target::host(""), ""),
        (Target::domain(".localhost"), ".localhost"),
        (Target::domain("b\u{fc}cher.example"), "b\u{fc}cher.example"),
        (
            Target::origin("https://localhost/path"),
            "https://localhost/path",
        ),
        (Target::origin("localhost"), "localhost"),
    ];
    for (target, value) in wrong {
        refuses(targets(target), "trace_propagation_targets", value);
    }
    #[cfg(feature = "regex")]
    refuses(
        targets(Target::regex("(unclosed")),
        "trace_propagation_targets",
        "(unclosed",
    );
}

#[test]
fn which_urls_get_headers() {
    let all = accepts(Options::new().dsn("https://key@sink.localhost/1"));
    assert!(all.settings().propagates_to("https://a.localhost/"));
    assert!(!all.settings().propagates_to(""));
    assert!(!all.settings().propagates_to("https://SINK.localhost:443/x"));
    let none = accepts(Options::new().trace_propagation_targets([""; 0]));
    assert!(!none.settings().propagates_to("https://a.localhost/"));
    let some = accepts(Options::new().trace_propagation_targets(["a.local"]));
    assert!(some.settings().propagates_to("https://a.localhost/"));
    assert!(!some.settings().propagates_to("https://b.localhost/"));
}

#[test]
fn status_codes() {
    let codes = |codes: StatusCodes| Options::new().trace_ignore_status_codes([codes]);
    let option = "trace_ignore_status_codes";
    refuses(codes(99.into()), option, "99..=99");
    refuses(codes(600.into()), option, "600..=600");
    refuses(codes((400..=600).into()), option, "400..=600");
    #[allow(clippy::reversed_empty_ranges, reason = "it is the wrong value")]
    refuses(codes((500..=400).into()), option, "500..=400");

    let tracer = accepts(codes((100..=599).into()));
    assert!(tracer.settings().ignores_status(100) && tracer.settings().ignores_status(599));
    let none = accepts(Options::new().trace_ignore_status_codes([0_u16; 0]));
    assert!(!none.settings().ignores_status(404));
}

#[test]
fn methods() {
    for method in [
        "", " ", "GET ", "G T", "GET\n", "M\u{e9}", "A,B", "head", "Get",
    ] {
        let options = Options::new().trace_ignore_methods(["GET", method]);
        refuses(options, "trace_ignore_methods", method);
    }
    let tracer = accepts(Options::new().trace_ignore_methods(["PURGE", "M-SEARCH", "own"]));
    assert!(tracer.settings().ignores_method("PURGE"));
    assert!(!tracer.settings().ignores_method("OPTIONS"));
}

#[test]
fn numbers() {
    for (spans, text) in [(0, "0"), (100_001, "100001")] {
        refuses(Options::new().max_spans(spans), "max_spans", text);
    }
    for (capacity, text) in [(0, "0"), (1_000_001, "1000001")] {
        let options = Options::new().sink_queue_capacity(capacity);
        refuses(options, "sink_queue_capacity", text);
        let options = Options::new().sink_queue_capacity(capacity);
        refuses(options.sink(MemorySink::new()), "sink_queue_capacity", text);
    }
    accepts(Options::new().max_spans(1).sink_queue_capacity(1));
    accepts(
        Options::new()
            .max_spans(100_000)
            .sink_queue_capacity(1_000_000),
    );
}

#[test]
fn empty_texts_count_as_absent() {
    let empty = Options::new()
        .dsn("")
        .release("")
        .environment("")
        .server_name("")
        .org_id("");
    let (empty, new) = (accepts(empty), accepts(Options::new()));
    assert_eq!(empty.settings().service, new.settings().service);
    let org_id_of_dsn = Options::new().dsn("https://key@O7.localhost/1").org_id("");
    let service = accepts(org_id_of_dsn).settings().service.clone();
    assert_eq!(service.org_id.as_deref(), Some("7"));
}

#[test]
fn defaults() {
    let tracer = accepts(Options::new());
    let settings = tracer.settings();
    assert!(!settings.samples());
    assert!(!settings.propagate_traceparent && !settings.continue_traceparent);
    assert!(!settings.strict_trace_continuation && !settings.send_default_pii);
    assert!(settings.ignores_status(404) && !settings.ignores_status(403));
    assert!(settings.ignores_method("OPTIONS") && settings.ignores_method("HEAD"));
    assert!(!settings.ignores_method("GET"));
    assert_eq!(settings.max_spans, 1000);
    let service = &settings.service;
    assert_eq!(service.environment, "production");
    assert_eq!((&service.dsn, &service.release), (&None, &None));
    assert_eq!((&service.server_name, &service.org_id), (&None, &None));
    assert!(settings.propagates_to("https://anything.localhost/"));
}

#[test]
fn what_leads_nowhere_is_told() {
    let notes = |options: Options| {
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = told.clone();
        let options = options
            .on_diagnostic(move |diagnostic| tell.lock().unwrap().push(diagnostic.to_string()));
        Tracer::new(options).unwrap();
        told.lock().unwrap().len()
    };
    assert_eq!(notes(Options::new().traces_sample_rate(0.5)), 1);
    assert_eq!(notes(Options::new().traces_sampler(|_| 0.5)), 1);
    assert_eq!(notes(Options::new()), 0);
    let sink = MemorySink::new();
    let recorded = Options::new().traces_sample_rate(0.5).sink(sink.clone());
    assert_eq!(notes(recorded), 0);
    assert_eq!(notes(Options::new().sink(sink)), 1, "nothing is recorded");
    assert_eq!(
        notes(Options::new().release("shop/1").environment("eu/1")),
        2
    );
}
