//! What the page draws, by its own script in Node.js, and what its style sheet promises.
#![allow(clippy::print_stderr)]

use std::io::ErrorKind;
use std::process::Command;

/// Runs one case of `page.js`. Whoever works on the collector alone need not have Node.js; without it nothing is run.
fn run(case: &str) {
    let folder = env!("CARGO_MANIFEST_DIR");
    let output = Command::new("node")
        .arg(format!("{folder}/tests/page.js"))
        .arg(format!("{folder}/src/page.js"))
        .arg(case)
        .output();
    match output {
        Ok(output) => assert!(
            output.status.success(),
            "{case}: {}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            eprintln!("not run, there is no Node.js: {case}");
        }
        Err(error) => panic!("{case}: {error}"),
    }
}

#[test]
fn the_legend_names_the_services_that_are_shown() {
    run("legend");
}

#[test]
fn a_time_that_is_no_number_hides_nothing() {
    run("no number");
}

#[test]
fn a_trace_that_cannot_be_drawn_hides_no_other() {
    run("bad trace");
}

#[test]
fn so_many_rows_are_drawn_and_the_rest_is_counted() {
    run("many rows");
}

#[test]
fn the_legend_is_never_higher_than_a_part_of_the_window() {
    let css = include_str!("../src/page.css");
    let (_, rule) = css.split_once("#legend {").expect("a rule for the legend");
    let (rule, _) = rule.split_once('}').expect("its end");
    assert!(rule.contains("max-height: 20vh") && rule.contains("overflow: auto"));
}
