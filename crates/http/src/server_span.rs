//! The span of a request that is being served.

use std::sync::Arc;

use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::current::{Scope, own_span};
use sentry_trace_runtime::transaction::{Data, TransactionSource};
use sentry_trace_runtime::{Describe, Span, SpanHandle, Text};

use crate::headers::Headers;
use crate::html::Preflight;
use crate::server_hooks::{Asked, Hooks};
use crate::server_request::joined;

/// The span of a request that is being served. Dropped before it is finished, it ends as cancelled (rule R10).
#[derive(Debug, Default)]
#[must_use = "dropping the span ends it as cancelled"]
pub struct ServerSpan {
    trace: Trace,
    /// The request, where it asks whether browsers may send our headers.
    preflight: Option<Box<Preflight>>,
}

/// What is current while the request is served.
#[derive(Debug)]
enum Trace {
    /// A trace without a transaction, or none at all.
    Scope(SpanHandle),
    Open(Open),
}

struct Open {
    span: Span,
    method: Text,
    hooks: Option<Arc<Hooks>>,
}

/// What the span starts with.
pub(crate) struct Start<'a, R> {
    pub(crate) origin: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) send_default_pii: bool,
    pub(crate) request: &'a R,
}

impl ServerSpan {
    /// No span, because there is no tracer.
    pub(crate) const fn none() -> Self {
        Self::untraced(SpanHandle::NONE, None)
    }

    /// A trace without a transaction.
    pub(crate) const fn untraced(handle: SpanHandle, preflight: Option<Box<Preflight>>) -> Self {
        Self {
            trace: Trace::Scope(handle),
            preflight,
        }
    }

    pub(crate) const fn new(
        span: Span,
        method: Text,
        hooks: Option<Arc<Hooks>>,
        preflight: Option<Box<Preflight>>,
    ) -> Self {
        Self {
            trace: Trace::Open(Open {
                span,
                method,
                hooks,
            }),
            preflight,
        }
    }

    /// What to make current around everything that belongs to the request.
    pub fn scope(&self) -> Scope {
        let handle = self.handle();
        // Without a tracer, what is current stays current.
        Scope::new(if handle.is_none() {
            own_span()
        } else {
            handle.clone()
        })
    }

    /// The span, for headers and data.
    #[must_use]
    pub const fn handle(&self) -> &SpanHandle {
        match &self.trace {
            Trace::Scope(handle) => handle,
            Trace::Open(open) => open.span.handle(),
        }
    }

    /// Whether nobody asks what the response is.
    #[must_use]
    pub fn ignores_response(&self) -> bool {
        self.preflight.is_none() && !self.handle().is_recording()
    }

    const fn open(&self) -> Option<&Open> {
        match &self.trace {
            Trace::Scope(_) => None,
            Trace::Open(open) => Some(open),
        }
    }

    /// Names the transaction by its route, `/users/{id}` for example (rule R10).
    pub fn set_route(&self, route: &str) {
        let Some(open) = self.open() else { return };
        set_route(&open.span, &open.method, route);
    }

    /// Notes the status code of the response, and whether its transaction is discarded (rule R10).
    #[inline]
    pub fn respond(&self, status: u16, headers: &dyn Headers) {
        if self.preflight.is_some() || self.handle().has_record() {
            self.note_response(status, headers);
        }
    }

    fn note_response(&self, status: u16, headers: &dyn Headers) {
        if let (Some(preflight), Some(tracer)) = (&self.preflight, self.handle().tracer()) {
            preflight.answered(status, headers, tracer);
        }
        let Some(open) = self.open() else { return };
        let is_recorded = open.span.edit(|span| {
            span.status = Some(SpanStatus::from_http(status));
            span.data.set("http.response.status_code", status);
        });
        if !is_recorded {
            return;
        }
        if let Some(hooks) = &open.hooks {
            hooks.show_response(status, headers, &open.span);
        }
        let tracer = open.span.tracer();
        if let Some(tracer) = tracer.filter(|tracer| tracer.settings().ignores_status(status)) {
            open.span.discard_transaction();
            tracer.note_once("discarded by status", "", || {
                format!(
                    "a transaction with the status {status} is discarded, see trace_ignore_status_codes; told once"
                )
            });
        }
    }

    /// Says how the request ended when that is not what the status code says, as gRPC does in its trailers.
    pub fn set_status(&self, status: SpanStatus) {
        self.handle().set_status(status);
    }

    /// Ends the span: the response has been sent whole.
    pub fn finish(mut self) {
        self.trace = Trace::default();
    }

    /// Ends the span of a body that is gone, if it is open, and the scope in which the body ran.
    pub fn end_body(span: Option<Self>, scope: &mut Scope, has_failed: bool) {
        // A trace that nobody else holds gives away what it has; a shared one has to copy it.
        drop(std::mem::take(scope));
        let Some(span) = span else { return };
        if has_failed {
            span.fail();
        } else {
            span.finish();
        }
    }

    /// Ends the span: the service failed without a response, or the body broke off (rule R10).
    pub fn fail(self) {
        self.set_status(SpanStatus::InternalError);
        self.finish();
    }
}

impl Default for Trace {
    fn default() -> Self {
        Self::Scope(SpanHandle::NONE)
    }
}

impl Drop for ServerSpan {
    fn drop(&mut self) {
        if let Some(open) = self.open() {
            open.span.set_status(SpanStatus::Cancelled);
        }
    }
}

/// Names the transaction of a span by its route, unless somebody gave it a name of its own or a route is known already
/// (rule R10).
pub fn set_route(span: &SpanHandle, method: &str, route: &str) {
    match span.transaction_source() {
        None | Some(TransactionSource::Route) => return,
        Some(TransactionSource::Url) => {
            span.set_transaction_name(joined(method, route), TransactionSource::Route);
        }
        Some(_) => {}
    }
    span.set_transaction_data("http.route", Text::copied(route));
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.span.fmt(f)
    }
}

impl<'r, R: Asked<'r>> Describe for Start<'_, R> {
    fn name(&self) -> Text {
        match &self.name {
            Some(name) => Text::copied(name),
            None => self.request.name(self.request.route()),
        }
    }

    fn op(&self) -> Text {
        "http.server".into()
    }

    fn origin(&self) -> Text {
        self.origin.into()
    }

    fn source(&self) -> TransactionSource {
        match &self.name {
            Some(_) => TransactionSource::Custom,
            None if self.request.route().is_some() => TransactionSource::Route,
            None => TransactionSource::Url,
        }
    }

    fn data(&self) -> Data {
        self.request.data(self.send_default_pii)
    }
}
