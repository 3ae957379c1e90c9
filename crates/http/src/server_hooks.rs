//! What a user may give to a server adapter, and most do not.

use std::ops::Deref;
use std::sync::Arc;

use sentry_trace_runtime::{SpanHandle, Tracer};

use crate::headers::Headers;
use crate::hooks;
use crate::redact::{FILTERED, filter_url, is_sensitive};
use crate::server_request::ServerRequest;

type Filter = Arc<dyn Fn(&ServerRequest<'_>) -> bool + Send + Sync>;
type Name = Arc<dyn Fn(&ServerRequest<'_>) -> Option<String> + Send + Sync>;
type Sampled = Arc<dyn Fn(&ServerRequest<'_>) -> Option<bool> + Send + Sync>;
type OnRequest = Arc<dyn Fn(&ServerRequest<'_>, &SpanHandle) + Send + Sync>;
type OnResponse = Arc<dyn Fn(u16, &dyn Headers, &SpanHandle) + Send + Sync>;

/// The functions and names.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) filter: Option<Filter>,
    pub(crate) name: Option<Name>,
    pub(crate) sampled: Option<Sampled>,
    pub(crate) on_request: Option<OnRequest>,
    pub(crate) on_response: Option<OnResponse>,
    pub(crate) captured_headers: Vec<CapturedHeader>,
}

/// A header whose values are recorded.
#[derive(Clone)]
pub(crate) struct CapturedHeader {
    name: String,
    is_sensitive: bool,
}

impl CapturedHeader {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_ascii_lowercase(),
            is_sensitive: is_sensitive(name),
        }
    }

    fn shown(&self, value: &[u8]) -> String {
        if self.is_sensitive {
            FILTERED.to_owned()
        } else {
            filter_url(&String::from_utf8_lossy(value))
        }
    }
}

/// A request that is described when it is looked at.
pub(crate) trait Asked<'r>: Deref<Target = ServerRequest<'r>> {}

impl<'r, R: Deref<Target = ServerRequest<'r>>> Asked<'r> for R {}

impl Hooks {
    /// Whether the request gets a transaction.
    pub(crate) fn passes<'r>(&self, tracer: &Tracer, request: &impl Asked<'r>) -> bool {
        let passes =
            |filter: &Filter| hooks::call(tracer, "filter", || filter(request)).unwrap_or(true);
        self.filter.as_ref().is_none_or(passes)
    }

    pub(crate) fn name<'r>(&self, tracer: &Tracer, request: &impl Asked<'r>) -> Option<String> {
        let name = self.name.as_ref()?;
        hooks::call(tracer, "name", || name(request)).flatten()
    }

    pub(crate) fn sampled<'r>(&self, tracer: &Tracer, request: &impl Asked<'r>) -> Option<bool> {
        let sampled = self.sampled.as_ref()?;
        hooks::call(tracer, "sampled", || sampled(request)).flatten()
    }

    pub(crate) fn show_request(
        &self,
        tracer: &Tracer,
        request: &ServerRequest<'_>,
        span: &SpanHandle,
    ) {
        self.capture(tracer, "http.request.header.", request.headers, span);
        if let Some(hook) = &self.on_request {
            hooks::call(tracer, "on_request", || hook(request, span));
        }
    }

    pub(crate) fn show_response(&self, status: u16, headers: &dyn Headers, span: &SpanHandle) {
        let Some(tracer) = span.tracer() else { return };
        self.capture(tracer, "http.response.header.", headers, span);
        if let Some(hook) = &self.on_response {
            hooks::call(tracer, "on_response", || hook(status, headers, span));
        }
    }

    fn capture(&self, tracer: &Tracer, prefix: &str, headers: &dyn Headers, span: &SpanHandle) {
        if !tracer.settings().send_default_pii {
            return;
        }
        for header in &self.captured_headers {
            let name = &header.name;
            let mut values = Vec::new();
            headers.each(name, &mut |value| values.push(header.shown(value)));
            if !values.is_empty() {
                span.set_data(format!("{prefix}{name}"), values.join(", "));
            }
        }
    }
}
