//! The client's own current span, as one that ours can continue.

use sentry_core::{Hub, Scope};
use sentry_trace_runtime::core::sentry_trace::SentryTrace;
use sentry_trace_runtime::{SpanHandle, tracer};

use super::alive::with_hub;
use super::scope::read_scope;

/// The span of the client's own that is current, as a handle of ours; [`SpanHandle::NONE`] where there is none, or no
/// global tracer.
///
/// What goes out from it names that span as the parent, with its decision; a span of ours that is started below it is the
/// root of a transaction in the same trace. The client has no dynamic sampling context to hand on, and none is invented
/// (rule R3).
///
/// Not inside the closure of `add_breadcrumb` and not in `before_breadcrumb`: the client calls both under the lock of the
/// hub, for which this would wait for ever.
///
/// It is meant for [`set_fallback`](sentry_trace_runtime::current::set_fallback).
#[must_use]
pub fn native_span() -> SpanHandle {
    find().unwrap_or(SpanHandle::NONE)
}

fn find() -> Option<SpanHandle> {
    let tracer = tracer()?;
    let span = with_hub(|| Hub::with_active(|hub| read_scope(hub, Scope::get_span)))??;
    let (_, header) = span.iter_headers().next()?;
    let parent = SentryTrace::parse(header.as_bytes()).ok()?;
    Some(tracer.continue_in_process(parent).scope_of_sender())
}
