//! The span of an outgoing request.

use http::HeaderMap;
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::current::Scope;
use sentry_trace_runtime::transaction::Data;
use sentry_trace_runtime::{Describe, Span, SpanHandle, Text};

use crate::client_request::ClientRequest;
use crate::outgoing::write_headers;

/// The span of an outgoing request. Dropped before it is finished, it ends as cancelled (rule R10).
#[derive(Debug)]
#[must_use = "dropping the span ends it as cancelled"]
pub struct ClientSpan {
    handle: SpanHandle,
    open: Option<Span>,
    propagates: bool,
}

/// What the span starts with.
pub(crate) struct Start<'a> {
    pub(crate) origin: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) send_default_pii: bool,
    pub(crate) request: &'a ClientRequest<'a>,
}

impl ClientSpan {
    /// Only headers, or nothing at all.
    pub(crate) const fn unrecorded(handle: SpanHandle, propagates: bool) -> Self {
        Self {
            handle,
            open: None,
            propagates,
        }
    }

    pub(crate) fn new(span: Span, propagates: bool) -> Self {
        Self {
            handle: span.handle().clone(),
            open: Some(span),
            propagates,
        }
    }

    /// The span, for data and for frameworks with header types of their own.
    #[must_use]
    pub const fn handle(&self) -> &SpanHandle {
        &self.handle
    }

    /// What to make current around everything that belongs to the request.
    pub fn scope(&self) -> Scope {
        Scope::new(self.handle.clone())
    }

    /// Whether the request gets our headers (rules R8 and R9).
    #[must_use]
    pub const fn propagates(&self) -> bool {
        self.propagates
    }

    /// Whether anything is done for the request: it has a span, recorded or not, or gets our headers.
    #[must_use]
    pub const fn is_traced(&self) -> bool {
        self.propagates || self.open.is_some()
    }

    /// Writes our headers, if the request gets them.
    pub fn write_headers(&self, headers: &mut HeaderMap) {
        if self.propagates {
            write_headers(headers, &self.handle);
        }
    }

    /// Notes the status code and ends the span.
    pub fn respond(mut self, status: u16) {
        if let Some(span) = self.open.take() {
            span.edit(|span| {
                span.status = Some(SpanStatus::from_http(status));
                span.data.set("http.response.status_code", status);
            });
        }
    }

    /// Notes the status code of a response whose end decides, as that of a gRPC call.
    pub fn note_status_code(&self, status: u16) {
        if let Some(span) = &self.open {
            span.set_data("http.response.status_code", status);
        }
    }

    /// Ends the span: there was no response, or its body broke off.
    pub fn fail(self) {
        self.end(SpanStatus::InternalError);
    }

    /// Ends the span with a status that says more than the status code does, as gRPC has one in its trailers.
    pub fn end(mut self, status: SpanStatus) {
        if let Some(span) = self.open.take() {
            span.set_status(status);
        }
    }
}

impl Drop for ClientSpan {
    fn drop(&mut self) {
        if let Some(span) = self.open.take() {
            span.set_status(SpanStatus::Cancelled);
        }
    }
}

impl Describe for Start<'_> {
    fn name(&self) -> Text {
        match &self.name {
            Some(name) => Text::copied(name),
            None => self.request.name(),
        }
    }

    fn op(&self) -> Text {
        "http.client".into()
    }

    fn origin(&self) -> Text {
        self.origin.into()
    }

    fn data(&self) -> Data {
        self.request.data(self.send_default_pii)
    }
}
