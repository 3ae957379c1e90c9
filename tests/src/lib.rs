//! The conformance suite of sentry-trace: `cargo xtask conformance` runs it.
//!
//! [`vectors`] are facts as data. A [driver](drivers) is what is tested, a [suite](suites) is what is done with it; each
//! suite runs on each driver that it fits. The driver `core` is the library itself, called directly; the others stand
//! behind real sockets. The [`report`] counts, with the [`exceptions`] and the [`floors`] taken into account.
//!
//! ```
//! use sentry_trace_conformance::case_result::Mismatch;
//! use sentry_trace_conformance::vectors::Vectors;
//!
//! let vectors = Vectors::load(&[Vectors::own_folder()]).expect("the vectors of this package");
//! let case = vectors.find("http_status/200").expect("it is among them");
//! assert_eq!(case.operation.name(), "http_status");
//! assert_eq!(case.operation.check(), Some(Ok::<(), Mismatch>(())));
//! ```

#![forbid(unsafe_code)]

pub mod arguments;
pub mod browser;
pub mod case_result;
pub mod demo;
pub mod differences;
pub mod drivers;
pub mod e2e;
pub mod exceptions;
pub mod floors;
pub mod peers;
pub mod publish;
pub mod report;
pub mod run;
pub mod suite;
pub mod suites;
pub mod text_codec;
pub mod vectors;
