//! What the fuzz targets ask for. The workspace's tests ask the same for the corpora, without a fuzzer.
//!
//! With one: `cargo install cargo-fuzz`, then `cargo +nightly fuzz run read_baggage` in this folder, or another target.

#![forbid(unsafe_code)]

pub mod continue_trace;
pub mod inject_meta;
pub mod match_targets;
pub mod naive;
mod numbers;
pub mod read_baggage;
