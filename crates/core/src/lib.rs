//! Sentry's trace propagation as pure functions over borrowed bytes.
//!
//! This crate reads and writes the headers `sentry-trace`, `baggage` and `traceparent`, and makes the decisions
//! around them: which trace a request continues, whether it is sampled, which URLs get the headers, and what the
//! head of a trace freezes. The rules have numbers, R1 to R13; they stand in the project's `PROTOCOL.md`.
//!
//! # What this crate does not do
//!
//! It has no clock, no source of random numbers, no thread, no current span and no HTTP type. Time and entropy are
//! arguments. It is `no_std` without condition, and reading and formatting headers needs no allocator.
//!
//! # Features
//!
//! All of them add API and change no behaviour.
//!
//! - `alloc`: owned texts, and the list of propagation targets.
//! - `regex`: regular expressions among the targets.
//! - `serde`: ids, headers and statuses in their wire form.
//!
//! ```
//! use sentry_trace_core::continuation::{Incoming, Policy, continue_trace};
//! use sentry_trace_core::sentry_trace::SentryTrace;
//!
//! let incoming = Incoming {
//!     sentry_trace: [&b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1"[..]],
//!     baggage: [&b"sentry-sample_rate=0.5"[..]],
//!     traceparent: [],
//! };
//! let continued = continue_trace(incoming, &Policy::default()).expect("a valid header");
//! let outgoing = SentryTrace {
//!     trace_id: continued.trace_id,
//!     span_id: Some("fedcba0987654321".parse()?),
//!     decision: continued.parent_decision,
//! };
//! assert_eq!(outgoing.to_text().as_str(), "771a43a4192642f0b136d5159a501700-fedcba0987654321-1");
//! # Ok::<(), sentry_trace_core::id::InvalidId>(())
//! ```

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod baggage;
pub mod buffer;
pub mod continuation;
pub mod decision;
pub mod dsc;
pub mod dsn;
pub mod headers;
pub mod html;
pub mod id;
pub mod percent;
pub mod sample_rand;
pub mod sampling;
pub mod sentry_trace;
pub mod status;
#[cfg(feature = "alloc")]
pub mod targets;
pub mod text;
pub mod traceparent;

mod hex;
mod member;
mod number;
mod scan;
mod url;
#[cfg(feature = "serde")]
mod wire_text;

#[doc(hidden)]
pub use url::default_port;
#[cfg(feature = "alloc")]
#[doc(hidden)]
pub use url::without_userinfo_and_fragment;
