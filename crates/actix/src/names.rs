//! The names of our headers, in the types of actix and awc, which share theirs.

#[cfg(feature = "server")]
use actix_web::http::header::HeaderName;
#[cfg(not(feature = "server"))]
use awc::http::header::HeaderName;
use sentry_trace_runtime::core::{baggage, sentry_trace, traceparent};

pub(crate) const SENTRY_TRACE: HeaderName = HeaderName::from_static(sentry_trace::NAME);
pub(crate) const BAGGAGE: HeaderName = HeaderName::from_static(baggage::NAME);
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static(traceparent::NAME);
