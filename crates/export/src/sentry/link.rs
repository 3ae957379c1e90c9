//! Errors that carry the ids of our current span (rule R13).

use sentry_core::protocol::{Context, Event, TraceContext};
use sentry_core::{ClientOptions, Hub, Integration};
use sentry_trace_runtime::SpanHandle;
use sentry_trace_runtime::current::own_span;

/// An integration of the client: an event that is captured while a span of ours is current gets its trace and span id.
///
/// Outside any span of ours an event stays as it is, with the ids of a span of the client's own for example.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinkErrors {
    _private: (),
}

impl LinkErrors {
    /// The integration, for `ClientOptions::add_integration`.
    #[must_use]
    pub const fn new() -> Self {
        Self { _private: () }
    }
}

impl Integration for LinkErrors {
    fn name(&self) -> &'static str {
        "sentry-trace"
    }

    fn process_event(&self, event: Event<'static>, _: &ClientOptions) -> Option<Event<'static>> {
        Some(link(event))
    }
}

/// Links the events of hubs whose client has no [`LinkErrors`]: a client that is bound takes no further integration.
pub(crate) fn link_scopes() {
    let (main, current) = (Hub::main(), Hub::current());
    let has_integration = current.with_integration(|_: &LinkErrors| true);
    if !has_integration {
        add_processor(&main);
        if !std::sync::Arc::ptr_eq(&main, &current) {
            add_processor(&current);
        }
    }
}

fn add_processor(hub: &Hub) {
    hub.configure_scope(|scope| scope.add_event_processor(|event| Some(link(event))));
}

fn link(mut event: Event<'static>) -> Event<'static> {
    if let Some(context) = context_of(&own_span()) {
        event
            .contexts
            .insert("trace".into(), Context::from(context));
    }
    event
}

fn context_of(span: &SpanHandle) -> Option<TraceContext> {
    Some(TraceContext {
        trace_id: span.trace_id()?.to_string().parse().ok()?,
        span_id: span.span_id()?.to_string().parse().ok()?,
        parent_span_id: None,
        ..TraceContext::default()
    })
}
