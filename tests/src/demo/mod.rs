//! `cargo xtask demo`: services on loopback, requests through them, and the trace that results.

pub mod arguments;
mod outcome;
pub mod page;
pub mod run;
mod services;
pub mod setup;
mod sinks;
