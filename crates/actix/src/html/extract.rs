//! The trace as an extractor.

use std::convert::Infallible;
use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use sentry_trace_http::TraceProps;

/// The trace of the request, as an extractor that never fails: `Display` writes the meta tags of rule R11.
///
/// See [`sentry_trace_http::TraceMeta`] for templates and their escaping.
///
/// ```
/// use actix_web::web::Html;
/// use sentry_trace_actix::TraceMeta;
///
/// async fn page(trace_meta: TraceMeta) -> Html {
///     Html::new(format!("<head>{trace_meta}</head>"))
/// }
/// # let _ = actix_web::App::new().route("/", actix_web::web::get().to(page));
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

impl FromRequest for TraceMeta {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(_: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(sentry_trace_http::TraceMeta::current())))
    }
}

impl fmt::Display for TraceMeta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
