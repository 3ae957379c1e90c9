//! The gRPC stacks under test.

mod client;
mod codec;
mod server;
mod tonic;

pub(super) use tonic::Tonic;
