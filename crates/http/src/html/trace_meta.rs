//! The trace, for templates.

use std::fmt;

use sentry_trace_core::html::{MetaTags, Props};
use sentry_trace_core::text::FixedText;
use sentry_trace_runtime::{SpanHandle, current_span};

/// The trace of a request, for the page that answers it: `Display` writes the two meta tags of rule R11, escaped for HTML,
/// or nothing where there is no trace. They belong into the `<head>`, before the script that starts Sentry's SDK.
///
/// They name the root span of the request, so that the browser's page load becomes its child. The tags are
/// written when the value is displayed; that freezes the context of a trace that begins here (rule R7).
///
/// Templates that escape must not escape the tags once more: `{{ trace_meta|safe }}` in askama and minijinja,
/// `PreEscaped(trace_meta.to_string())` in maud.
///
/// ```
/// use sentry_trace_http::TraceMeta;
/// use sentry_trace_runtime::{Options, Tracer, start_span};
///
/// let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).ignore_environment())?;
/// let root = tracer.start_new_trace().start_span("GET /").enter();
/// let page = start_span("render").run(|_| format!("<head>{}</head>", TraceMeta::current()));
///
/// let header = root.sentry_trace().unwrap();
/// assert!(page.starts_with(&format!("<head><meta name=\"sentry-trace\" content=\"{header}\"><meta name=\"baggage\"")));
///
/// drop(root);
/// assert_eq!(TraceMeta::current().to_string(), "");
/// # Ok::<(), sentry_trace_runtime::OptionsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TraceMeta {
    root: SpanHandle,
}

/// The trace as props of a page, `_sentryTraceData` and `_sentryBaggage`, each absent when there is nothing to send (rule
/// R11).
///
/// `Display` writes a JSON object that may stand in a `<script>` of a page. With feature `serde` it is `Serialize`, to be
/// flattened into a page's own props; then it is the writer of the page who escapes `<`, `>` and `&`.
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```ignore")]
/// use sentry_trace_http::{TraceMeta, TraceProps};
///
/// #[derive(serde::Serialize)]
/// struct PageProps {
///     title: &'static str,
///     #[serde(flatten)]
///     trace: TraceProps,
/// }
///
/// let props = PageProps { title: "Orders", trace: TraceMeta::current().props() };
/// assert_eq!(serde_json::to_string(&props).unwrap(), r#"{"title":"Orders"}"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceProps {
    sentry_trace: Option<String>,
    baggage: Option<String>,
}

impl TraceMeta {
    /// The trace of the span that is current on this thread.
    #[must_use]
    pub fn current() -> Self {
        Self::of(&current_span())
    }

    /// The trace of a span.
    #[must_use]
    pub fn of(span: &SpanHandle) -> Self {
        Self { root: span.root() }
    }

    /// Whether there is no trace, so that nothing is written.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.root.is_none()
    }

    /// The same for props.
    #[must_use]
    pub fn props(&self) -> TraceProps {
        TraceProps {
            sentry_trace: self.sentry_trace(),
            baggage: self.root.baggage().map(str::to_owned),
        }
    }

    /// The value of `sentry-trace`.
    pub(crate) fn sentry_trace(&self) -> Option<String> {
        self.root.sentry_trace().map(|header| header.to_string())
    }

    /// The value of `baggage`.
    pub(crate) fn baggage(&self) -> Option<&str> {
        self.root.baggage()
    }
}

impl fmt::Display for TraceMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = self.root.sentry_trace().map(|header| header.to_text());
        let tags = MetaTags {
            sentry_trace: header.as_ref().map(FixedText::as_str),
            baggage: self.root.baggage(),
        };
        tags.fmt(f)
    }
}

impl TraceProps {
    fn as_core(&self) -> Props<'_> {
        Props {
            sentry_trace: self.sentry_trace.as_deref(),
            baggage: self.baggage.as_deref(),
        }
    }
}

impl fmt::Display for TraceProps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_core().fmt(f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for TraceProps {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_core().serialize(serializer)
    }
}
