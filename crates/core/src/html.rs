//! What browsers read a trace from: meta tags, `Server-Timing` and props (rule R11).
//!
//! Everything here is a [`Display`](core::fmt::Display) type over borrowed text and needs no allocator.
//!
//! ```
//! use sentry_trace_core::html::{MetaTags, Props, is_html, may_carry_trace, server_timing};
//!
//! let trace = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
//! assert!(is_html(b"text/html; charset=utf-8"));
//! assert!(may_carry_trace(200, [b"private, max-age=60".as_slice()]));
//! assert!(!may_carry_trace(200, [b"public".as_slice()]));
//!
//! let tags = MetaTags { sentry_trace: Some(trace), baggage: Some("sentry-release=\"") };
//! let baggage_tag = "<meta name=\"baggage\" content=\"sentry-release=&quot;\">";
//! assert_eq!(tags.to_string(), format!("<meta name=\"sentry-trace\" content=\"{trace}\">{baggage_tag}"));
//!
//! let timing = server_timing(Some("db;dur=1"), trace, None);
//! assert_eq!(timing.to_string(), format!("db;dur=1, sentry-trace;desc=\"{trace}\""));
//!
//! let props = Props { sentry_trace: Some(trace), baggage: None };
//! assert_eq!(props.to_string(), format!("{{\"_sentryTraceData\":\"{trace}\"}}"));
//! ```

mod cache;
mod injector;
mod list;
mod meta;
mod pair;
mod props;
mod server_timing;
mod tokens;

pub use cache::{is_html, may_carry_trace};
pub use injector::{Injector, Place};
pub use meta::MetaTags;
pub use props::Props;
pub use server_timing::{ServerTiming, has_sentry_trace_entry, server_timing};
