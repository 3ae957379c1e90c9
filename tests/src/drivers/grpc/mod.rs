//! The gRPC stacks under test.

mod client;
mod server;
mod tonic;

pub(super) use tonic::Tonic;
