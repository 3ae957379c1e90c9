//! The trace across real processes: this test program starts itself again with another environment.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::process::{Command, Stdio};

use common::{PARENT, TRACE, header, member};
use sentry_trace_runtime::process::{
    CommandExt, Environment, SENTRY_BAGGAGE, SENTRY_TRACE, SENTRY_USE_ENVIRONMENT,
};
use sentry_trace_runtime::{Options, Tracer, set_global, start_span, trace_data};

/// Says which of the steps of [`a_process_of_its_own`] the program was started again for.
const STEP: &str = "SENTRY_TRACE_TEST_STEP";
const MARK: &str = "answer: ";
const NO_VARIABLES: &[(&str, &str)] = &[];

/// Starts this program again; gives the lines that it answers.
fn this_program<V: AsRef<OsStr> + Copy>(step: &str, variables: &[(&str, V)]) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "a_process_of_its_own", "--nocapture"])
        .env_remove(SENTRY_TRACE)
        .env_remove(SENTRY_BAGGAGE)
        .env_remove(SENTRY_USE_ENVIRONMENT)
        .env(STEP, step)
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| Some(line.split_once(MARK)?.1.to_owned()))
        .collect()
}

#[allow(clippy::print_stdout, reason = "it is what the other process reads")]
fn answer(text: &str) {
    println!("{MARK}{text}");
}

/// What the program does when it was started by one of the other tests.
#[test]
fn a_process_of_its_own() {
    let Ok(step) = std::env::var(STEP) else {
        return;
    };
    let options = Options::new().traces_sample_rate(1.0);
    let tracer = match step.as_str() {
        "ignore" => Tracer::new(options.ignore_environment()).unwrap(),
        "started with nothing" => {
            Tracer::new(options.started_with(Environment::default())).unwrap()
        }
        "strict" => {
            let strict = options.strict_trace_continuation(true).org_id("1");
            Tracer::new(strict).unwrap()
        }
        _ => Tracer::new(options).unwrap(),
    };
    set_global(tracer);
    match step.as_str() {
        "child with a span" => {
            let span = start_span("parent").enter();
            answer(&span.trace_data().unwrap().sentry_trace);
            print_environment_of_a_child();
        }
        "child without a tracer" => {
            set_global(None);
            print_environment_of_a_child();
        }
        "child without a span" => print_environment_of_a_child(),
        _ => {
            let data = trace_data();
            answer(&data.map_or_else(|| "none".into(), |data| data.sentry_trace));
            start_span("root").run(|span| {
                answer(&span.trace_id().unwrap().to_string());
                let parent = span.remote_parent_span_id();
                answer(&parent.map_or_else(|| "none".into(), |id| id.to_string()));
                answer(span.baggage().unwrap_or("none"));
            });
        }
    }
}

fn print_environment_of_a_child() {
    let output = Command::new("env").propagate_trace().output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in text.lines().filter(|line| line.starts_with("SENTRY_")) {
        answer(line);
    }
}

fn variables(lines: &[String]) -> BTreeMap<&str, &str> {
    let pairs = lines.iter().filter_map(|line| line.split_once('='));
    pairs.filter(|(name, _)| *name != STEP).collect()
}

#[test]
fn the_trace_that_the_process_was_started_in_is_continued() {
    let header = header("0");
    let baggage = "sentry-sample_rand=0.5,sentry-x=%20";
    let started = [(SENTRY_TRACE, &*header), (SENTRY_BAGGAGE, baggage)];
    let lines = this_program("read", &started);
    assert!(lines[0].starts_with(TRACE) && lines[0].ends_with("-0"));
    assert_eq!(lines[1..], [TRACE, PARENT, baggage]);
}

#[cfg(unix)]
#[test]
fn a_byte_that_is_no_text_costs_its_own_member_alone() {
    use std::os::unix::ffi::OsStrExt;

    let header = header("0");
    let baggage = b"vendor=\xe9,sentry-a=\xe9,sentry-sample_rand=0.5,sentry-x=%20";
    let started = [
        (SENTRY_TRACE, OsStr::new(&header)),
        (SENTRY_BAGGAGE, OsStr::from_bytes(baggage)),
    ];
    let lines = this_program("read", &started);
    assert_eq!(lines[1], TRACE);
    assert_eq!(lines[3], "sentry-sample_rand=0.5,sentry-x=%20");
}

#[test]
fn a_process_without_a_trace_or_with_a_bad_one_starts_its_own() {
    for value in [None, Some(""), Some("garbage"), Some(&*header("2"))] {
        let started: Vec<_> = value
            .map(|value| (SENTRY_TRACE, value))
            .into_iter()
            .collect();
        let lines = this_program("read", &started);
        assert_eq!(lines[0], "none");
        assert_ne!(lines[1], TRACE);
        assert_eq!(lines[2], "none");
        assert_eq!(member(&lines[3], "transaction"), Some("root"));
    }
}

#[test]
fn reading_can_be_switched_off() {
    let header = header("1");
    let reads = |switch: &str, step: &str| {
        let started = [(SENTRY_TRACE, &*header), (SENTRY_USE_ENVIRONMENT, switch)];
        this_program(step, &started)[1] == TRACE
    };
    assert!(!reads("False", "read") && !reads("0", "read"));
    assert!(reads("1", "read") && reads("", "read"));
    assert!(!reads("1", "ignore"), "by the option");
    assert!(!reads("1", "started with nothing"), "something else counts");
    assert!(!reads("1", "strict"), "by rule R4");
}

#[test]
fn which_values_switch_reading_off() {
    let reads = |switch: Option<&str>| {
        let environment = Environment::read(|name| match name {
            SENTRY_USE_ENVIRONMENT => switch.map(str::to_owned),
            SENTRY_TRACE => Some(header("1")),
            _ => None,
        });
        environment.is_some()
    };
    for off in ["false", "FALSE", "No", "off", "OFF", "n", "N", "0"] {
        assert!(!reads(Some(off)), "{off}");
    }
    for on in [
        None,
        Some(""),
        Some("true"),
        Some("1"),
        Some("falsey"),
        Some(" 0"),
        Some("00"),
    ] {
        assert!(reads(on), "{on:?}");
    }
}

#[test]
fn a_child_gets_the_current_trace_and_not_what_its_parent_inherited() {
    // The parent was started in a trace without a context.
    let header = header("1");
    let inherited = [(SENTRY_TRACE, &*header), (SENTRY_BAGGAGE, "vendor=x")];
    let lines = this_program("child with a span", &inherited);
    let expected = BTreeMap::from([(SENTRY_TRACE, &*lines[0])]);
    assert!(lines[0].starts_with(TRACE) && !lines[0].contains(PARENT));
    assert_eq!(variables(&lines[1..]), expected);

    let lines = this_program("child with a span", NO_VARIABLES);
    let variables = variables(&lines[1..]);
    assert_eq!(variables[SENTRY_TRACE], lines[0]);
    let baggage = variables[SENTRY_BAGGAGE];
    assert!(lines[0].starts_with(member(baggage, "trace_id").unwrap()));
}

#[test]
fn outside_a_span_a_child_gets_the_trace_of_its_parent_or_nothing() {
    let header = header("1");
    let inherited = [
        (SENTRY_TRACE, &*header),
        (SENTRY_BAGGAGE, "sentry-sample_rand=0.5"),
    ];
    let lines = this_program("child without a span", &inherited);
    let passed_on = variables(&lines);
    assert!(passed_on[SENTRY_TRACE].starts_with(TRACE));
    assert!(!passed_on[SENTRY_TRACE].contains(PARENT));
    assert_eq!(passed_on[SENTRY_BAGGAGE], "sentry-sample_rand=0.5");

    assert!(variables(&this_program("child without a span", NO_VARIABLES)).is_empty());
    let lines = this_program("child without a tracer", &inherited);
    assert!(variables(&lines).is_empty(), "{lines:?}");
}

#[test]
fn a_child_starts_whatever_came_in() {
    // Not by HTTP, but in a message.
    let tracer = Tracer::new(Options::new().traces_sample_rate(1.0)).unwrap();
    let received = BTreeMap::from([
        ("sentry-trace".to_owned(), header("1")),
        (
            "baggage".to_owned(),
            "sentry-release=a\0b,sentry-environment=test".to_owned(),
        ),
    ]);
    let span = tracer
        .continue_trace(sentry_trace_runtime::carrier::extract(&received))
        .start_span("consume")
        .enter();
    let data = span.trace_data().unwrap();
    let baggage = data.baggage.unwrap();
    assert_eq!(member(&baggage, "environment"), Some("test"));
    assert_eq!(member(&baggage, "release"), None);
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("--list").stdout(Stdio::null());
    assert!(command.propagate_trace().status().unwrap().success());
}
