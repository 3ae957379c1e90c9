//! Calling what the user gave: a panic in it does not break the request.

use sentry_trace_runtime::{Tracer, contain};

/// Calls a hook; `None` when it panicked, which the tracer's diagnostics are told.
pub(crate) fn call<R>(tracer: &Tracer, hook: &str, f: impl FnOnce() -> R) -> Option<R> {
    let result = contain(f);
    if result.is_none() {
        tracer.note(format!("the hook {hook} panicked"));
    }
    result
}
