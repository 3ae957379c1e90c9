//! The fallback of the current span. A file of its own: there is one fallback in the whole process.
#![allow(clippy::unwrap_used)]

mod common;

use common::{recording, root};
use sentry_trace_runtime::current::set_fallback;
use sentry_trace_runtime::{current_span, start_span};

#[test]
fn a_fallback_that_panics_is_no_span_and_is_asked_only_outside_ours() {
    assert!(set_fallback(|| panic!("on purpose")));
    assert!(current_span().is_none());
    start_span("outside").run(|span| assert!(span.is_none()));

    let (tracer, sink) = recording();
    let root = root(&tracer, "root").enter();
    start_span("inside").run(|_| ());
    drop(root);
    assert_eq!(sink.take()[0].spans.len(), 1);
}
