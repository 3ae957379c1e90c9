//! Facts as data: each line of a `*.jsonl` file is one case. `tests/vectors/README.md` describes the format.
//!
//! Nothing is ignored silently: an unknown op or field, a malformed line and an id with two meanings are errors that name
//! the file and the line. Files with another ending are no vectors.

mod load;
mod operation;
mod reading;

pub mod baggage;
pub mod context;
pub mod continuation;
pub mod environment;
pub mod html;
pub mod matrix;
pub mod options;
pub mod outgoing;
pub mod sample_rand;
pub mod sampling;
pub mod sentry_trace;
pub mod server_timing;
pub mod status;
pub mod strict;
pub mod targets;
pub mod traceparent;

pub use load::{Case, Vectors};
pub use operation::Operation;
pub use reading::{Check, Vector};
