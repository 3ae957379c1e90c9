//! End to end: a service under test, real sockets around it.
//!
//! The [app] is the same on each server; a [`Server`] only routes and converts, a [`Client`] only sends. What the
//! client sends arrives at a [`Recorder`], and what the suite itself sends goes over the [wire] untraced.

pub mod app;
pub mod client;
pub mod grpc;
mod pair;
pub mod recorder;
pub mod reply;
pub mod server;
pub mod service;
pub mod wire;

pub use app::App;
pub use client::{Client, OutRequest, OutResponse};
pub use grpc::{Grpc, GrpcApp, GrpcCall, GrpcOutcome};
pub use pair::Pair;
pub use recorder::{Recorded, Recorder};
pub use reply::{AppRequest, Body, Reply};
pub use server::{Running, Server};
pub use service::Service;
