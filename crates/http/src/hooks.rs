//! Calling what the user gave: a panic in it does not break the request.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sentry_trace_runtime::Tracer;

/// Calls a hook; `None` when it panicked, which the tracer's diagnostics are told.
pub(crate) fn call<R>(tracer: &Tracer, hook: &str, f: impl FnOnce() -> R) -> Option<R> {
    let result = catch_unwind(AssertUnwindSafe(f)).ok();
    if result.is_none() {
        tracer.note(format!("the hook {hook} panicked"));
    }
    result
}
