//! The trace in templates of several engines, and in props.
#![allow(clippy::unwrap_used)]

use askama::Template;
use maud::{PreEscaped, html};
use sentry_trace_http::TraceMeta;
use sentry_trace_runtime::{EnteredSpan, Options, Tracer, start_span};

/// A release that has to be escaped, percent-encoded in the baggage.
const RELEASE: &str = "shop's \"<1>\" ü🦀&";

fn root() -> EnteredSpan {
    let options = Options::new().traces_sample_rate(1.0).release(RELEASE);
    let tracer = Tracer::new(options.ignore_environment()).unwrap();
    tracer.start_new_trace().start_span("GET /").enter()
}

/// The tags, put together by hand.
fn tags(root: &EnteredSpan) -> String {
    let data = root.trace_data().unwrap();
    let baggage = data.baggage.unwrap().replace('\'', "&#39;");
    assert!(!baggage.contains(['<', '>', '"', ' ']), "{baggage}");
    let tag = |name, content: &str| format!("<meta name=\"{name}\" content=\"{content}\">");
    tag("sentry-trace", &data.sentry_trace) + &tag("baggage", &baggage)
}

#[derive(Template)]
#[template(source = "<head>{{ trace_meta|safe }}</head>", ext = "html")]
struct AskamaPage {
    trace_meta: TraceMeta,
}

#[test]
fn askama() {
    let root = root();
    let page = start_span("render").run(|_| {
        AskamaPage {
            trace_meta: TraceMeta::current(),
        }
        .render()
    });
    assert_eq!(page.unwrap(), format!("<head>{}</head>", tags(&root)));
}

#[test]
fn maud() {
    let root = root();
    let page = html! { head { (PreEscaped(TraceMeta::current().to_string())) } };
    assert_eq!(page.into_string(), format!("<head>{}</head>", tags(&root)));
}

#[test]
fn minijinja() {
    let root = root();
    let mut engine = minijinja::Environment::new();
    engine
        .add_template("page.html", "<head>{{ trace_meta|safe }}</head>")
        .unwrap();
    let page = engine.get_template("page.html").unwrap();
    let page = page.render(minijinja::context! { trace_meta => TraceMeta::current().to_string() });
    assert_eq!(page.unwrap(), format!("<head>{}</head>", tags(&root)));
}

#[test]
fn format() {
    let root = root();
    assert_eq!(
        format!("<head>{}</head>", TraceMeta::current()),
        format!("<head>{}</head>", tags(&root))
    );
    assert_eq!(
        TraceMeta::of(&start_span("a child").start()).to_string(),
        tags(&root)
    );
}

#[test]
fn without_a_trace_nothing_is_written() {
    assert!(TraceMeta::current().is_none());
    assert_eq!(TraceMeta::current().to_string(), "");
    assert_eq!(TraceMeta::current().props().to_string(), "{}");
}

#[cfg(feature = "serde")]
#[test]
fn props_are_flattened_into_a_pages_own() {
    #[derive(serde::Serialize)]
    struct Props {
        title: &'static str,
        #[serde(flatten)]
        trace: sentry_trace_http::TraceProps,
    }
    let props = || Props {
        title: "Orders",
        trace: TraceMeta::current().props(),
    };
    assert_eq!(
        serde_json::to_string(&props()).unwrap(),
        r#"{"title":"Orders"}"#
    );

    let root = root();
    let data = root.trace_data().unwrap();
    let read: serde_json::Value = serde_json::to_value(props()).unwrap();
    assert_eq!(read["_sentryTraceData"], data.sentry_trace.as_str());
    assert_eq!(read["_sentryBaggage"], data.baggage.as_deref().unwrap());
    let written: serde_json::Value = serde_json::from_str(&props().trace.to_string()).unwrap();
    assert_eq!(written["_sentryBaggage"], read["_sentryBaggage"]);
}

#[test]
fn the_span_of_a_trace_that_is_not_recorded_is_the_roots_too() {
    let tracer = Tracer::new(Options::new().ignore_environment()).unwrap();
    let root = tracer.start_new_trace().start_span("GET /").enter();
    let header = root.sentry_trace().unwrap().to_string();
    let rendered = start_span("render").run(|_| TraceMeta::current().to_string());
    assert!(
        header.matches('-').count() == 1 && rendered.contains(&header),
        "{header}: {rendered}"
    );
}
