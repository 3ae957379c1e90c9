//! The links from spans to others.
#![allow(clippy::unwrap_used)]

mod common;

use common::{PARENT, TRACE, header, recording, root, tracer, with_sink};
use sentry_trace_runtime::core::sentry_trace::SentryTrace;
use sentry_trace_runtime::transaction::{MAX_LINKS, SpanRecord};
use sentry_trace_runtime::{Link, Options, SpanHandle, Text, Value};

fn links(span: &SpanRecord) -> Vec<&Link> {
    span.links.iter().collect()
}

fn sender(flag: &str) -> Option<Link> {
    Link::to_sender(SentryTrace::parse(header(flag).as_bytes()).unwrap())
}

#[test]
fn links_are_kept_in_order_whenever_they_were_added() {
    let (tracer, sink) = recording();
    let other = root(&tracer, "other");
    let to_other = Link::to(&other).unwrap();
    let (typed, plain) = (
        sender("1").unwrap().data("sentry.link.type", "next_trace"),
        Link::new(to_other.trace_id, to_other.span_id),
    );

    let root = tracer.start_new_trace().start_span("root");
    let root = root.link(typed.clone()).link(Link::to(&other)).start();
    root.add_link(plain.clone());
    let child = root.start_child("child").link(plain.clone()).start();
    child.add_link(typed.clone());
    root.start_child("unlinked").start().finish();
    child.finish();
    root.finish();

    let transaction = sink.take().remove(0);
    assert_eq!(links(&transaction.root), [&typed, &to_other, &plain]);
    assert_eq!(links(&transaction.spans[0]), [&plain, &typed]);
    assert!(transaction.spans[1].links.is_empty());
    let kind = typed.data.get("sentry.link.type");
    assert_eq!(kind, Some(&"next_trace".into()));
}

#[test]
fn a_link_says_what_is_known_of_the_other_span() {
    let (recording, _sink) = recording();
    let recorded = root(&recording, "recorded");
    let link = Link::to(&recorded).unwrap();
    assert_eq!(Some(link.trace_id), recorded.trace_id());
    assert_eq!(Some(link.span_id), recorded.span_id());
    assert_eq!(link.sampled, Some(true));
    assert!(link.data.is_empty());

    let not_sampled = tracer(Options::new().traces_sample_rate(0.0));
    let sampled = |span: &SpanHandle| Link::to(span).unwrap().sampled;
    assert_eq!(sampled(&root(&not_sampled, "left out")), Some(false));
    assert_eq!(sampled(&root(&tracer(Options::new()), "deferred")), None);
    assert_eq!(Link::to(&SpanHandle::NONE), None);

    for (flag, sampled) in [("1", Some(true)), ("0", Some(false)), ("", None)] {
        let link = sender(flag).unwrap();
        let ids = (link.trace_id.to_string(), link.span_id.to_string());
        assert_eq!(ids, (TRACE.to_owned(), PARENT.to_owned()));
        assert_eq!(link.sampled, sampled);
        assert_eq!(link.clone().sampled(false).sampled, Some(false));
    }
    let without_span = SentryTrace::parse(TRACE.as_bytes()).unwrap();
    assert_eq!(Link::to_sender(without_span), None);
}

#[test]
fn links_over_the_limit_are_ignored() {
    let (tracer, sink) = recording();
    let numbered = |number: usize| sender("1").unwrap().data("number", number);
    let mut builder = tracer.start_new_trace().start_span("root");
    for number in 0..MAX_LINKS - 1 {
        builder = builder.link(numbered(number));
    }
    let root = builder.start();
    (MAX_LINKS - 1..MAX_LINKS + 2).for_each(|number| root.add_link(numbered(number)));
    root.start_child("child").link(numbered(0)).start().finish();
    root.finish();

    let transaction = sink.take().remove(0);
    let links = links(&transaction.root);
    assert_eq!(links.len(), 128);
    let last = links[127].data.get("number").and_then(Value::as_integer);
    assert_eq!(last, Some(127));
    assert_eq!(transaction.spans[0].links.iter().len(), 1);
}

#[test]
fn without_a_link_or_a_recorded_span_nothing_happens() {
    let none = None::<Link>;
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(1.0).max_spans(1));
    let root = tracer.start_new_trace().start_span("root");
    let root = root.link(none.clone()).start();
    root.add_link(none);
    let child = root.start_child("child").start();
    let over_limit = root.start_child("over").link(sender("1")).start();
    over_limit.add_link(sender("1"));
    root.finish();
    child.add_link(sender("1"));
    let transaction = sink.take().remove(0);
    let mut spans = transaction.spans.iter().chain([&transaction.root]);
    assert!(spans.all(|span| span.links.is_empty()));

    SpanHandle::NONE.add_link(sender("1"));
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(0.0));
    let root = tracer.start_new_trace().start_span("not sampled");
    let root = root.link(sender("1")).start();
    root.add_link(sender("1"));
    root.finish();
    assert!(sink.take().is_empty());
}

#[test]
fn what_becomes_a_link_may_look_at_its_own_trace() {
    struct Asks(SpanHandle);
    impl From<Asks> for Option<Link> {
        fn from(asks: Asks) -> Self {
            let recorded: Text = asks.0.is_recording().to_string().into();
            Link::to(&asks.0).map(|link| link.data("recorded", recorded))
        }
    }
    let (tracer, sink) = recording();
    let root = root(&tracer, "root");
    root.add_link(Asks(root.handle().clone()));
    root.finish();
    let transaction = sink.take().remove(0);
    let link = links(&transaction.root)[0];
    assert_eq!(link.data.get("recorded"), Some(&"true".into()));
}
