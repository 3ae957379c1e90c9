//! What every server adapter offers alike.

use std::cell::LazyCell;
use std::sync::Arc;

use sentry_trace_runtime::core::continuation::Incoming;
use sentry_trace_runtime::{SpanHandle, Text, Tracer};

use crate::headers::Headers;
use crate::html::Preflight;
use crate::method::static_method;
use crate::server_hooks::{CapturedHeader, Hooks};
use crate::server_request::{DescribeRequest, ServerRequest};
use crate::server_span::{ServerSpan, Start};

/// How a server adapter behaves. Cheap to clone.
#[derive(Clone)]
#[must_use]
pub struct ServerConfig {
    origin: &'static str,
    tracer: Option<Tracer>,
    hooks: Option<Arc<Hooks>>,
}

impl ServerConfig {
    /// A configuration for spans of this origin, `auto.http.<crate>`.
    pub const fn new(origin: &'static str) -> Self {
        Self {
            origin,
            tracer: None,
            hooks: None,
        }
    }

    /// The tracer; without one the global tracer is looked up at each request.
    pub fn tracer(mut self, tracer: Tracer) -> Self {
        self.tracer = Some(tracer);
        self
    }

    /// Which requests get a transaction. The trace of the others is continued and propagated all the same, and nothing
    /// within them is recorded.
    #[doc(alias = "ignoreIncomingRequests")]
    pub fn filter(
        self,
        filter: impl Fn(&ServerRequest<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.with_hooks(|hooks| hooks.filter = Some(Arc::new(filter)))
    }

    /// Names the transaction, instead of its route; `None` keeps the route.
    pub fn name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.with_hooks(|hooks| hooks.name = Some(Arc::new(name)))
    }

    /// Decides by the request whether it is recorded, before the sampler and the parent (rule R5); `None` leaves it to
    /// them and to the rate. Ignored where no sampling is configured; not asked about requests without a transaction.
    ///
    /// The decision goes out with the calls of the request. Where it differs from the parent's, the trace has parts that
    /// are recorded and parts that are not. Who may send the header that it goes by decides how much is recorded.
    ///
    /// ```
    /// use http::{HeaderMap, Request};
    /// use sentry_trace_http::{ServerConfig, ServerRequest, incoming};
    /// use sentry_trace_runtime::testing::MemorySink;
    /// use sentry_trace_runtime::{Options, Tracer};
    ///
    /// let sink = MemorySink::new();
    /// let tracer = Tracer::new(Options::new().traces_sample_rate(0.0).inline_sink(sink.clone()))?;
    /// let config = ServerConfig::new("auto.http.example")
    ///     .tracer(tracer)
    ///     .sampled(|request| match request.headers.first("x-tenant")? {
    ///         b"trial" => Some(true),
    ///         b"load-test" => Some(false),
    ///         _ => None,
    ///     });
    ///
    /// for tenant in ["trial", "load-test", "shop"] {
    ///     let request = Request::get(format!("/{tenant}")).header("x-tenant", tenant).body(()).unwrap();
    ///     let span = config.start(&ServerRequest::from_http(&request), incoming(request.headers()));
    ///     span.respond(200, &HeaderMap::new());
    ///     span.finish();
    /// }
    /// let names: Vec<_> = sink.take().into_iter().map(|transaction| transaction.root.name).collect();
    /// assert_eq!(names, ["GET /trial"]);
    /// # Ok::<(), sentry_trace_runtime::OptionsError>(())
    /// ```
    #[doc(alias = "normalizedRequest")]
    pub fn sampled(
        self,
        sampled: impl Fn(&ServerRequest<'_>) -> Option<bool> + Send + Sync + 'static,
    ) -> Self {
        self.with_hooks(|hooks| hooks.sampled = Some(Arc::new(sampled)))
    }

    /// Called when a span that is recorded has started; may add data. Not called for requests that are not sampled.
    #[doc(alias = "requestHook")]
    pub fn on_request(
        self,
        hook: impl Fn(&ServerRequest<'_>, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        self.with_hooks(|hooks| hooks.on_request = Some(Arc::new(hook)))
    }

    /// Called with the status code and the headers of the response, where the span is recorded; may add data.
    #[doc(alias = "responseHook")]
    pub fn on_response(
        self,
        hook: impl Fn(u16, &dyn Headers, &SpanHandle) + Send + Sync + 'static,
    ) -> Self {
        self.with_hooks(|hooks| hooks.on_response = Some(Arc::new(hook)))
    }

    /// Records these headers of requests and responses, with `send_default_pii` only. In place of the values of those that
    /// carry credentials ([`is_sensitive`](crate::is_sensitive)) stands `[Filtered]` (rule R10), and so it does for keys in the
    /// query or the fragment of a URL.
    pub fn capture_headers(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names = names
            .into_iter()
            .map(|name| CapturedHeader::new(&name.into()))
            .collect();
        self.with_hooks(|hooks| hooks.captured_headers = names)
    }

    /// Continues the trace of a request and starts its span. The request is described where a hook, a sampler or a recording
    /// asks for it, or the context that begins here.
    ///
    /// Without a tracer the span does nothing.
    pub fn start<'a, S, B, P>(
        &self,
        request: &impl DescribeRequest,
        incoming: Incoming<S, B, P>,
    ) -> ServerSpan
    where
        S: IntoIterator<Item = &'a [u8]>,
        B: IntoIterator<Item = &'a [u8]>,
        P: IntoIterator<Item = &'a [u8]>,
    {
        let global = match self.tracer {
            Some(_) => None,
            None => sentry_trace_runtime::tracer(),
        };
        let Some(tracer) = self.tracer.as_ref().or(global.as_ref()) else {
            return ServerSpan::none();
        };
        let context = tracer.continue_trace(incoming);
        let method = request.method();
        let request = LazyCell::new(|| request.describe());
        let preflight = Preflight::may_be(method)
            .then(|| Preflight::of(method, request.headers))
            .flatten()
            .map(Box::new);
        let hooks = self.hooks.as_deref();
        if tracer.settings().ignores_method(method)
            || hooks.is_some_and(|hooks| !hooks.passes(tracer, &request))
        {
            return ServerSpan::untraced(context.unrecorded(), preflight);
        }
        let mut start = Start {
            origin: self.origin,
            name: hooks.and_then(|hooks| hooks.name(tracer, &request)),
            send_default_pii: tracer.settings().send_default_pii,
            request: &request,
        };
        let sampled = hooks.and_then(|hooks| hooks.sampled(tracer, &request));
        let span = context.start_root(&mut start, sampled);
        let hooks = self.hooks.as_ref().filter(|_| span.is_recording());
        if let Some(hooks) = hooks {
            hooks.show_request(tracer, &request, &span);
        }
        let hooks = hooks.cloned();
        let named_by = if span.has_record() || span.needs_name() {
            static_method(method)
        } else {
            Text::EMPTY
        };
        ServerSpan::new(span, named_by, hooks, preflight)
    }

    fn with_hooks(mut self, set: impl FnOnce(&mut Hooks)) -> Self {
        let mut hooks = self.hooks.as_deref().cloned().unwrap_or_default();
        set(&mut hooks);
        self.hooks = Some(Arc::new(hooks));
        self
    }
}

impl std::fmt::Debug for ServerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerConfig")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
