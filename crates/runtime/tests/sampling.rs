//! Who decides, and what is passed on of it (rules R5 and R6).
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::{Arc, Mutex};

use common::{
    PARENT, TRACE, assert_invariant, header, incoming, member, names, root, tracer, with_sink,
};
use sentry_trace_runtime::core::decision::Decision;
use sentry_trace_runtime::diagnostics::Diagnostic;
use sentry_trace_runtime::{Options, Span, Tracer, Value};

const BAGGAGE: &str = "sentry-trace_id=771a43a4192642f0b136d5159a501700,sentry-sample_rate=0.5,\
                       sentry-x%20y=z%2Fz,sentry-sample_rand=0.25";

fn continued(tracer: &Tracer, flag: &str, baggage: &str) -> Span {
    let header = header(flag);
    tracer
        .continue_trace(incoming(&header, baggage))
        .start_span("continued")
        .start()
}

#[test]
fn rate_one_records_and_rate_zero_says_no() {
    let (all, sink) = with_sink(Options::new().traces_sample_rate(1.0));
    let (none, empty) = with_sink(Options::new().traces_sample_rate(0.0));
    for _ in 0..50 {
        let span = root(&all, "a");
        assert!(span.is_recording());
        assert!(span.trace_data().unwrap().sentry_trace.ends_with("-1"));
        let dsc = span.baggage().unwrap();
        assert_eq!(member(dsc, "sample_rate"), Some("1"));
        assert_invariant(dsc);

        let span = root(&none, "a");
        assert!(!span.is_recording() && span.needs_name());
        assert!(span.trace_data().unwrap().sentry_trace.ends_with("-0"));
        let dsc = span.baggage().unwrap();
        assert_eq!(member(dsc, "sample_rate"), Some("0"));
        assert_eq!(member(dsc, "transaction"), Some("a"));
        assert_invariant(dsc);
    }
    assert_eq!(sink.take().len(), 50);
    assert!(empty.take().is_empty());
}

#[test]
fn a_rate_between_decides_by_the_number_of_the_trace() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(0.5));
    let sampled = (0..400).filter(|_| {
        let span = root(&tracer, "a");
        assert_invariant(span.baggage().unwrap());
        assert_eq!(span.is_recording(), span.decision() == Decision::Sampled);
        span.is_recording()
    });
    let sampled = sampled.count();
    assert!((100..300).contains(&sampled), "{sampled}");
    assert_eq!(sink.take().len(), sampled);
}

#[test]
fn without_sampling_a_new_trace_is_deferred() {
    let options = Options::new().release("shop@1").org_id("42");
    let (tracer, sink) = with_sink(options.dsn("https://key@localhost/1"));
    // An explicit decision is ignored.
    let builder = tracer.start_new_trace().start_span("a").sampled(true);
    let span = builder.start();
    let child = span.start_child("child").start();
    assert!(!span.is_recording() && !span.needs_name());
    assert_eq!(
        span.trace_data().unwrap().sentry_trace,
        format!("{}-{}", span.trace_id().unwrap(), span.span_id().unwrap())
    );
    assert_ne!(child.span_id(), span.span_id());
    let expected = [
        "trace_id",
        "public_key",
        "sample_rand",
        "org_id",
        "environment",
        "release",
    ];
    assert_eq!(names(child.baggage().unwrap()), expected);
    drop((child, span));

    assert_ne!(root(&tracer, "b").trace_id(), root(&tracer, "c").trace_id());
    assert!(sink.take().is_empty());
    let stats = tracer.stats();
    assert_eq!((stats.transactions, stats.late_spans), (0, 0));
}

#[test]
fn without_sampling_a_continued_trace_keeps_its_flag_and_context() {
    let (tracer, sink) = with_sink(Options::new().release("mine"));
    for (flag, decision) in [
        ("1", Decision::Sampled),
        ("0", Decision::NotSampled),
        ("", Decision::Deferred),
    ] {
        let span = continued(&tracer, flag, BAGGAGE);
        assert_eq!(span.decision(), decision);
        assert!(!span.is_recording());
        assert_eq!(span.baggage(), Some(BAGGAGE));
        let sentry_trace = span.trace_data().unwrap().sentry_trace;
        assert_eq!(
            sentry_trace.replace(&span.span_id().unwrap().to_string(), PARENT),
            header(flag)
        );
    }
    assert!(sink.take().is_empty());
}

#[test]
fn the_sampler_sees_what_is_known() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let options = Options::new().traces_sample_rate(1.0).traces_sampler({
        let seen = seen.clone();
        move |context| {
            let data = context.data.get("k").cloned();
            seen.lock().unwrap().push((
                context.name.to_owned(),
                context.op.to_owned(),
                data,
                context.parent_decision,
                context.parent_sample_rate,
                context.trace_id.to_string() == TRACE,
            ));
            context.inherit_or_sample_with(0.0)
        }
    });
    let (tracer, sink) = with_sink(options);
    let start = |flag: &str, baggage: &str| {
        let header = header(flag);
        let context = tracer.continue_trace(incoming(&header, baggage));
        let builder = context.start_span("name").op("task").data("k", 7);
        builder.start().decision()
    };
    assert_eq!(start("1", BAGGAGE), Decision::Sampled);
    assert_eq!(start("0", ""), Decision::NotSampled);
    assert_eq!(start("1", "sentry-sample_rate=1.5"), Decision::Sampled);
    assert_eq!(root(&tracer, "new").decision(), Decision::NotSampled);

    let known = |decision, rate| {
        let data = Some(Value::Integer(7));
        (
            "name".to_owned(),
            "task".to_owned(),
            data,
            decision,
            rate,
            true,
        )
    };
    let new = (
        "new".to_owned(),
        "default".to_owned(),
        None,
        Decision::Deferred,
        None,
        false,
    );
    assert_eq!(
        *seen.lock().unwrap(),
        [
            known(Decision::Sampled, Some(0.5)),
            known(Decision::NotSampled, None),
            known(Decision::Sampled, None),
            new,
        ]
    );
    assert_eq!(sink.take().len(), 2);
}

#[test]
fn the_sampler_goes_before_the_parent_and_an_explicit_decision_before_both() {
    let asked = Arc::new(Mutex::new(0));
    let options = Options::new().traces_sampler({
        let asked = asked.clone();
        move |_| {
            *asked.lock().unwrap() += 1;
            0.0
        }
    });
    let tracer = tracer(options);
    let span = continued(&tracer, "1", BAGGAGE);
    assert_eq!(span.decision(), Decision::NotSampled);
    let dsc = span.baggage().unwrap();
    assert_eq!(member(dsc, "sample_rate"), Some("0"));
    assert_eq!(member(dsc, "x%20y"), Some("z%2Fz"));
    assert_invariant(dsc);
    assert_eq!(*asked.lock().unwrap(), 1);

    for (explicit, rate) in [(true, "1"), (false, "0")] {
        let header = header("0");
        let context = tracer.continue_trace(incoming(&header, BAGGAGE));
        let span = context.start_span("explicit").sampled(explicit).start();
        assert_eq!(span.decision().to_option(), Some(explicit));
        let dsc = span.baggage().unwrap();
        assert_eq!(member(dsc, "sample_rate"), Some(rate));
        assert_invariant(dsc);
    }
    assert_eq!(*asked.lock().unwrap(), 1, "not asked in vain");
    assert_eq!(tracer.stats().invalid_sample_rates, 0);
}

#[test]
fn a_sampler_out_of_range_means_no() {
    for wrong in [f64::NAN, -0.1, 1.1, f64::INFINITY, f64::NEG_INFINITY] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let options = Options::new().traces_sample_rate(1.0);
        let (tracer, sink) = with_sink(options.traces_sampler(move |_| wrong).on_diagnostic({
            let told = told.clone();
            move |diagnostic| told.lock().unwrap().push(format!("{diagnostic:?}"))
        }));
        let span = root(&tracer, "a");
        let dsc = span.baggage().unwrap();
        assert_eq!(member(dsc, "sample_rate"), Some("0"));
        assert_invariant(dsc);
        drop(span);
        assert!(sink.take().is_empty());
        assert_eq!(tracer.stats().invalid_sample_rates, 1);
        let expected = format!("{:?}", Diagnostic::InvalidSampleRate(wrong));
        assert_eq!(*told.lock().unwrap(), [expected]);
    }
}

#[test]
fn a_sampler_that_panics_counts_as_absent() {
    let panics = || Options::new().traces_sampler(|_| panic!("on purpose"));
    let tell = |_: &Diagnostic| panic!("on purpose, too");

    let (tracer, sink) = with_sink(panics().traces_sample_rate(1.0).on_diagnostic(tell));
    assert_eq!(root(&tracer, "a").decision(), Decision::Sampled);
    let inherited = continued(&tracer, "0", BAGGAGE);
    assert_eq!(inherited.decision(), Decision::NotSampled);
    assert_eq!(inherited.baggage(), Some(BAGGAGE));
    assert!(continued(&tracer, "1", "").is_recording());
    assert_eq!(tracer.stats().sampler_panics, 3);
    assert_eq!(sink.take().len(), 2);

    // Rule R6 where nothing else is configured.
    let (tracer, sink) = with_sink(panics());
    let span = root(&tracer, "a");
    assert_eq!(span.decision(), Decision::Deferred);
    assert_eq!(
        names(span.baggage().unwrap()),
        ["trace_id", "sample_rand", "environment"]
    );
    let inherited = continued(&tracer, "1", BAGGAGE);
    assert_eq!(inherited.decision(), Decision::Sampled);
    assert!(!inherited.is_recording());
    drop((span, inherited));
    assert!(sink.take().is_empty());

    let explicit = tracer.start_new_trace().start_span("a").sampled(true);
    assert!(explicit.start().is_recording(), "sampling is configured");
}

#[test]
fn a_deferred_trace_is_decided_here_and_the_context_says_so() {
    for (rate, sampled) in [(0.0, "false"), (0.2, "false"), (0.3, "true"), (1.0, "true")] {
        let (tracer, sink) = with_sink(Options::new().traces_sample_rate(rate));
        let span = continued(&tracer, "", BAGGAGE);
        let dsc = span.baggage().unwrap().to_owned();
        assert_invariant(&dsc);
        assert_eq!(member(&dsc, "sampled"), Some(sampled));
        assert_eq!(member(&dsc, "sample_rate"), Some(&*rate.to_string()));
        assert_eq!(member(&dsc, "sample_rand"), Some("0.25"), "kept as text");
        // Changed in its place, added at the end, nothing else touched.
        assert_eq!(
            names(&dsc),
            ["trace_id", "sample_rate", "x%20y", "sample_rand", "sampled"]
        );
        drop(span);
        let sent: Vec<_> = sink.take().into_iter().map(|t| t.dsc).collect();
        let expected = (sampled == "true").then_some(Some(dsc.into()));
        assert_eq!(sent, Vec::from_iter(expected));
    }
}

#[test]
fn a_missing_sample_rand_agrees_with_the_flag() {
    let tracer = tracer(Options::new().traces_sample_rate(0.9));
    for number in 1..200_u128 {
        let id = format!("{:032x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c));
        for (flag, rand) in [
            ("1", ""),
            ("0", ""),
            ("1", ",sentry-sample_rand=1"),
            ("0", ",sentry-sample_rand=x"),
        ] {
            let header = format!("{id}-{PARENT}-{flag}");
            let sampled = flag == "1";
            let baggage = format!("sentry-sampled={sampled},sentry-sample_rate=0.3{rand}");
            let context = tracer.continue_trace(incoming(&header, &baggage));
            let span = context.start_span("a").start();
            let dsc = span.baggage().unwrap();
            assert_invariant(dsc);
            assert_eq!(member(dsc, "sample_rate"), Some("0.3"), "inherited");
            assert_eq!(member(dsc, "sample_rand").unwrap().len(), 8);
            // The same number wherever the trace comes by.
            let again = tracer.continue_trace(incoming(&header, &baggage));
            assert_eq!(again.scope().baggage(), Some(dsc));
        }
    }
}

#[test]
fn an_empty_context_stays_empty_whoever_decides() {
    let (tracer, sink) = with_sink(Options::new().traces_sample_rate(1.0).release("mine"));
    for flag in ["", "1"] {
        let span = continued(&tracer, flag, "");
        assert_eq!(span.decision(), Decision::Sampled);
        assert_eq!(span.baggage(), None);
        assert_eq!(span.trace_data().unwrap().baggage, None);
        drop(span);
        assert_eq!(sink.take().remove(0).dsc, None);
    }
    let explicit = tracer
        .continue_trace(incoming(&header("0"), ""))
        .is_continued();
    assert!(explicit);
    let header = header("0");
    let context = tracer.continue_trace(incoming(&header, "vendor=x"));
    let span = context.start_span("a").sampled(true).start();
    assert_eq!((span.baggage(), span.is_recording()), (None, true));
}

#[test]
fn a_decision_made_here_is_added_to_the_most_members_that_can_come_in() {
    let received: Vec<_> = (0..64).map(|n| format!("sentry-m{n}=x")).collect();
    let tracer = tracer(Options::new().traces_sample_rate(1.0));
    let span = continued(&tracer, "", &received.join(","));
    let dsc: Vec<_> = span.baggage().unwrap().split(',').collect();
    assert_eq!(dsc[..64], received[..]);
    assert!(dsc[64].starts_with("sentry-sample_rand=0."));
    assert_eq!(dsc[65..], ["sentry-sample_rate=1", "sentry-sampled=true"]);
}
