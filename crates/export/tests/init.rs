//! `init` without a client; one test, since the tracer is global.
#![cfg(all(feature = "dsn", feature = "spotlight"))]
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use sentry_trace_collector::{Behaviour, Collector};
use sentry_trace_export::envelope::Format;
use sentry_trace_export::http::HttpOptions;
use sentry_trace_export::init::{Init, InitError};
use sentry_trace_export::spotlight::Setting;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, start_span, trace_data, tracer};
use support::PATIENCE;

fn variables<const N: usize>(
    variables: [(&str, &str); N],
) -> impl Fn(&str) -> Option<String> + 'static {
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    move |name| {
        variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.clone())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_switched_on_and_off() {
    everything_from_the_environment().await;
    spotlight_alone().await;
    spotlight_alone_gets_everything().await;
    an_own_sink_is_the_only_one().await;
    what_goes_wrong_is_told().await;
    no_dsn_is_propagation_alone();
    wrong_values_are_named();
    a_rate_that_is_not_needed_may_be_wrong();
    a_wrong_variable_for_spotlight_costs_the_copies_alone().await;
    the_trace_of_the_process_is_read_where_the_rest_is();
    the_guard_gives_up_after_its_time().await;
}

async fn everything_from_the_environment() {
    let (project, sidecar) = (
        Collector::start().await.unwrap(),
        Collector::start().await.unwrap(),
    );
    let spotlight = format!("{}/stream", sidecar.url());
    let terminal = MemorySink::new();
    let guard = Init::new(Options::new().environment("staging"))
        .also(terminal.clone())
        .environment(variables([
            ("SENTRY_DSN", &project.dsn()),
            ("SENTRY_RELEASE", "shop@1"),
            ("SENTRY_ENVIRONMENT", "not this"),
            ("SENTRY_TRACES_SAMPLE_RATE", "1.0"),
            ("SENTRY_SPOTLIGHT", &spotlight),
        ]))
        .start()
        .unwrap();
    start_span("work").run(|_| {});
    drop(guard);
    assert!(tracer().is_none());
    let arrived = project.transactions().remove(0);
    assert_eq!(terminal.take()[0].root.name, arrived.name);
    assert_eq!(arrived.release.as_deref(), Some("shop@1"));
    assert_eq!(arrived.environment.as_deref(), Some("staging"));
    assert_eq!(
        sidecar.wait_for_transactions(1, PATIENCE).await.unwrap(),
        project.transactions()
    );
    project.shutdown().await;
    sidecar.shutdown().await;
}

async fn spotlight_alone() {
    let sidecar = Collector::start().await.unwrap();
    let guard = Init::new(Options::new().traces_sample_rate(1.0))
        .environment(variables([("SENTRY_SPOTLIGHT", "0")]))
        .spotlight(Setting::Url(format!("{}/stream", sidecar.url())))
        .format(Format::SpanStream)
        .start()
        .unwrap();
    start_span("work").run(|_| {});
    assert!(guard.flush(PATIENCE));
    let streamed = |store: &sentry_trace_collector::Store| store.spans().next().cloned();
    let span = sidecar.wait_until(PATIENCE, streamed).await.unwrap();
    assert!(span.is_segment);
    assert_eq!(span.span.name, "work");
    sidecar.shutdown().await;
}

/// For development: nothing has to be set but the variable.
async fn spotlight_alone_gets_everything() {
    let sidecar = Collector::start().await.unwrap();
    let url = format!("{}/stream", sidecar.url());
    let of_everything = || Init::new(Options::new()).spotlight(Setting::On);
    let spotlight = variables([("SENTRY_SPOTLIGHT", &url)]);
    let guard = of_everything().environment(spotlight).start().unwrap();
    let settings = guard.tracer().settings();
    assert_eq!(
        (settings.traces_sample_rate, settings.send_default_pii),
        (Some(1.0), true)
    );
    start_span("work").run(|_| {});
    assert!(guard.flush(PATIENCE));
    sidecar.wait_for_transactions(1, PATIENCE).await.unwrap();

    // Neither copies that cannot be made nor a second sink is Spotlight alone.
    let wrong = variables([("SENTRY_SPOTLIGHT", "disabled")]);
    let wrong = Init::new(Options::new())
        .environment(wrong)
        .start()
        .unwrap();
    assert_eq!(wrong.tracer().settings().traces_sample_rate, None);
    drop(wrong);
    let besides = of_everything().also(MemorySink::new());
    let besides = besides.environment(|_| None).start().unwrap();
    assert_eq!(besides.tracer().settings().traces_sample_rate, None);
    drop(besides);

    let with_rate = variables([
        ("SENTRY_SPOTLIGHT", "1"),
        ("SENTRY_TRACES_SAMPLE_RATE", "0"),
    ]);
    let guard = of_everything().environment(with_rate).start().unwrap();
    assert_eq!(guard.tracer().settings().traces_sample_rate, Some(0.0));
    let with_dsn = variables([("SENTRY_DSN", "http://key@127.0.0.1:9/1")]);
    let guard = of_everything().environment(with_dsn).start().unwrap();
    assert_eq!(guard.tracer().settings().traces_sample_rate, None);
    drop(guard);
    sidecar.shutdown().await;
}

async fn what_goes_wrong_is_told() {
    let project = Collector::start().await.unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let options = Options::new().dsn(project.dsn()).traces_sample_rate(1.0);
    let options =
        options.on_diagnostic(move |diagnostic| tell.send(diagnostic.to_string()).unwrap());
    let guard = Init::new(options).environment(|_| None).start().unwrap();
    for (status, expected) in [
        (403, "is the DSN still right?"),
        (413, "of that size"),
        (403, ""),
    ] {
        project.set_behaviour(Behaviour::respond(status, &[]).unwrap());
        start_span("work").run(|_| {});
        assert!(guard.flush(PATIENCE));
        let told = told.try_recv().unwrap_or_default();
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{told}"
        );
    }
    drop(guard);
    project.shutdown().await;
}

async fn an_own_sink_is_the_only_one() {
    let project = Collector::start().await.unwrap();
    let sink = MemorySink::new();
    let options = Options::new().dsn(project.dsn()).traces_sample_rate(1.0);
    let guard = Init::new(options.inline_sink(sink.clone()))
        .environment(|_| None)
        .start()
        .unwrap();
    start_span("work").run(|_| {});
    drop(guard);
    assert_eq!(sink.take().len(), 1);
    assert_eq!(project.envelopes().len(), 0);
    project.shutdown().await;
}

fn no_dsn_is_propagation_alone() {
    let guard = Init::new(Options::new())
        .environment(variables([("SENTRY_DSN", " ")]))
        .start()
        .unwrap();
    start_span("work").run(|span| {
        assert!(!span.is_recording());
        let headers = trace_data().unwrap();
        assert!(headers.baggage.unwrap().contains("sentry-trace_id="));
    });
    drop(guard);
}

fn wrong_values_are_named() {
    let error = |name: &'static str, value: &'static str| {
        Init::new(Options::new())
            .environment(variables([(name, value)]))
            .start()
            .unwrap_err()
    };
    assert_eq!(
        error("SENTRY_DSN", "https://key@example.com").to_string(),
        "option dsn = \"https://key@example.com\": the DSN has no project id, it stands after the last slash"
    );
    for rate in ["1.5", "many", "NaN"] {
        let error = error("SENTRY_TRACES_SAMPLE_RATE", rate);
        assert!(
            matches!(
                error,
                InitError::Variable {
                    name: "SENTRY_TRACES_SAMPLE_RATE",
                    ..
                }
            ),
            "{error}"
        );
    }
    let text = Init::new(Options::new())
        .environment(|_| None)
        .spotlight(Setting::Url("ftp://x".to_owned()))
        .start()
        .unwrap_err()
        .to_string();
    let expected = "option spotlight = \"ftp://x\": \"ftp://x\" is not the URL of a Spotlight";
    assert!(text.starts_with(expected), "{text}");
    let mut http = HttpOptions::default();
    http.connect_timeout = Duration::ZERO;
    let text = Init::new(Options::new().dsn("https://key@example.com/1"))
        .environment(|_| None)
        .http(http)
        .start()
        .unwrap_err()
        .to_string();
    assert_eq!(
        text,
        "option connect_timeout = \"0\": nothing would ever arrive"
    );
    assert!(tracer().is_none());
}

fn a_rate_that_is_not_needed_may_be_wrong() {
    let rate = Options::new().traces_sample_rate(0.5);
    let sampler = Options::new().traces_sampler(|_| 0.5);
    for options in [rate, sampler] {
        let wrong = variables([("SENTRY_TRACES_SAMPLE_RATE", "many")]);
        drop(Init::new(options).environment(wrong).start().unwrap());
    }
}

fn the_trace_of_the_process_is_read_where_the_rest_is() {
    const SENTRY_TRACE: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
    let trace = |switch: &str| {
        let started = variables([
            ("SENTRY_TRACE", SENTRY_TRACE),
            ("SENTRY_BAGGAGE", "sentry-sample_rand=0.5"),
            ("SENTRY_USE_ENVIRONMENT", switch),
        ]);
        let init = Init::new(Options::new()).environment(started);
        let _guard = init.start().unwrap();
        trace_data()
    };
    let read = trace("1").unwrap();
    assert!(read.sentry_trace.starts_with(&SENTRY_TRACE[..32]));
    assert_eq!(read.baggage.as_deref(), Some("sentry-sample_rand=0.5"));
    assert_eq!(trace("0"), None);
}

async fn a_wrong_variable_for_spotlight_costs_the_copies_alone() {
    for spotlight in ["enabled", "ftp://x", "localhost:8969"] {
        let project = Collector::start().await.unwrap();
        let guard = Init::new(Options::new().traces_sample_rate(1.0))
            .environment(variables([
                ("SENTRY_DSN", &project.dsn()),
                ("SENTRY_SPOTLIGHT", spotlight),
            ]))
            .start()
            .unwrap();
        start_span("work").run(|_| {});
        drop(guard);
        assert_eq!(project.transactions().len(), 1, "{spotlight}");
        project.shutdown().await;
    }
}

async fn the_guard_gives_up_after_its_time() {
    let project = Collector::start().await.unwrap();
    project.set_behaviour(Behaviour::Hang);
    let guard = Init::new(Options::new().dsn(project.dsn()).traces_sample_rate(1.0))
        .environment(|_| None)
        .flush_timeout(Duration::from_millis(100))
        .start()
        .unwrap();
    start_span("work").run(|_| {});
    let ((), took) = support::timed(|| drop(guard));
    assert!(took < Duration::from_secs(2), "{took:?}");
    project.shutdown().await;
}
