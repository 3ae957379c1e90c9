//! What every client adapter offers alike.

use std::sync::Arc;

use sentry_trace_runtime::current::own_span;
use sentry_trace_runtime::{SpanHandle, Tracer, current_span};

use crate::client_request::ClientRequest;
use crate::client_span::{ClientSpan, Start};
use crate::hooks;

type Name = Arc<dyn Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync>;

/// How a client adapter behaves. Cheap to clone.
#[derive(Clone)]
#[must_use]
pub struct ClientConfig {
    origin: &'static str,
    tracer: Option<Tracer>,
    name: Option<Name>,
}

/// What happens to one request; each adapter tells how a request carries it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Propagation {
    /// A span, and headers where the targets match.
    #[default]
    Traced,
    /// A span, and no headers.
    NotPropagated,
    /// Neither.
    NotTraced,
}

impl ClientConfig {
    /// A configuration for spans of this origin, `auto.http.<crate>`.
    pub const fn new(origin: &'static str) -> Self {
        Self {
            origin,
            tracer: None,
            name: None,
        }
    }

    /// The tracer whose targets count; without one the global tracer is looked up at each request.
    pub fn tracer(mut self, tracer: Tracer) -> Self {
        self.tracer = Some(tracer);
        self
    }

    /// Names the span, instead of by method and URL; `None` keeps that.
    pub fn name(
        mut self,
        name: impl Fn(&ClientRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.name = Some(Arc::new(name));
        self
    }

    /// Starts the span of a request, below the current span.
    ///
    /// Outside any span nothing is recorded, and the trace that the process was started in, else a new one, goes out.
    /// Without a tracer the span does nothing. In a [scope of the sender](sentry_trace_runtime::TraceContext::scope_of_sender),
    /// which a span of another library is, nothing is recorded either, and the sender's span goes out.
    pub fn start(&self, request: &ClientRequest<'_>, propagation: Propagation) -> ClientSpan {
        let (Some(tracer), true) = (self.tracer_in_use(), propagation != Propagation::NotTraced)
        else {
            // What runs inside the request stays below the span that it would be below without us.
            return ClientSpan::unrecorded(own_span(), false);
        };
        let parent = current_span();
        let propagates = propagation == Propagation::Traced && propagates_to(&tracer, request);
        if parent.is_none() {
            let scope = if propagates {
                tracer.background_context().scope()
            } else {
                SpanHandle::NONE
            };
            return ClientSpan::unrecorded(scope, propagates);
        }
        let mut start = Start {
            origin: self.origin,
            name: self.custom_name(&tracer, request),
            send_default_pii: tracer.settings().send_default_pii,
            request,
        };
        ClientSpan::new(parent.start_described_child(&mut start), propagates)
    }

    /// What to make current around all hops of a request, so that they are in one trace: outside any span the trace that
    /// [`start`](Self::start) would send, else what is current anyway.
    #[must_use]
    pub fn surroundings(&self, propagation: Propagation) -> SpanHandle {
        if propagation != Propagation::Traced || !current_span().is_none() {
            return own_span();
        }
        let tracer = self.tracer_in_use();
        tracer.map_or(SpanHandle::NONE, |tracer| {
            tracer.background_context().scope()
        })
    }

    /// Tells the tracer's diagnostics, once, that an adapter noticed something.
    pub fn note(&self, note: &str) {
        if let Some(tracer) = self.tracer_in_use() {
            tracer.note_once("client", note, || note.to_owned());
        }
    }

    /// Whether there is a tracer; without one a request is left as it is.
    #[must_use]
    pub fn has_tracer(&self) -> bool {
        self.tracer_in_use().is_some()
    }

    fn tracer_in_use(&self) -> Option<Tracer> {
        self.tracer.clone().or_else(sentry_trace_runtime::tracer)
    }

    fn custom_name(&self, tracer: &Tracer, request: &ClientRequest<'_>) -> Option<String> {
        let name = self.name.as_ref()?;
        hooks::call(tracer, "name", || name(request)).flatten()
    }
}

/// Whether the request gets our headers (rules R8 and R9).
fn propagates_to(tracer: &Tracer, request: &ClientRequest<'_>) -> bool {
    match (&request.url, request.relative) {
        (Some(url), _) => tracer.propagates_to_host(url.host, || url.to_text()),
        (None, Some(text)) => tracer.settings().propagates_to(text),
        (None, None) => false,
    }
}

impl std::fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientConfig")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
