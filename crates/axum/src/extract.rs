//! The trace as an extractor.

use std::convert::Infallible;
use std::fmt;

use axum::extract::FromRequestParts;
use http::request::Parts;
use sentry_trace_http::TraceProps;

/// The trace of the request, as an extractor that never fails: `Display` writes the meta tags of rule R11.
///
/// See [`sentry_trace_http::TraceMeta`] for templates and their escaping.
///
/// ```
/// use axum::response::Html;
/// use sentry_trace_axum::TraceMeta;
///
/// async fn page(trace_meta: TraceMeta) -> Html<String> {
///     Html(format!("<head>{trace_meta}</head>"))
/// }
/// # let _: axum::Router = axum::Router::new().route("/", axum::routing::get(page));
/// ```
#[derive(Clone, Debug, Default)]
pub struct TraceMeta(pub sentry_trace_http::TraceMeta);

impl TraceMeta {
    /// The same for props.
    #[must_use]
    pub fn props(&self) -> TraceProps {
        self.0.props()
    }
}

impl<S: Sync> FromRequestParts<S> for TraceMeta {
    type Rejection = Infallible;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(sentry_trace_http::TraceMeta::current()))
    }
}

impl fmt::Display for TraceMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
