//! What is done with a driver.

mod cancellation;
pub(crate) mod check;
mod context;
mod core_vectors;
mod end_to_end;
mod envelopes;
mod grpc;
mod isolation;
mod matrix;
mod naming;
mod outgoing;
mod redirects;
mod streaming;
mod strict;

use crate::suite::Suite;
use end_to_end::EndToEnd;

/// Every suite, in the order in which they run.
pub const ALL: &[&dyn Suite] = &[
    &core_vectors::CoreVectors,
    &EndToEnd {
        name: "matrix",
        cases: matrix::cases,
    },
    &EndToEnd {
        name: "strict",
        cases: strict::cases,
    },
    &EndToEnd {
        name: "context",
        cases: context::cases,
    },
    &EndToEnd {
        name: "envelopes",
        cases: envelopes::cases,
    },
    &EndToEnd {
        name: "outgoing",
        cases: outgoing::cases,
    },
    &EndToEnd {
        name: "naming",
        cases: naming::cases,
    },
    &EndToEnd {
        name: "redirects",
        cases: redirects::cases,
    },
    &EndToEnd {
        name: "streaming",
        cases: streaming::cases,
    },
    &EndToEnd {
        name: "cancellation",
        cases: cancellation::cases,
    },
    &EndToEnd {
        name: "isolation",
        cases: isolation::cases,
    },
    &grpc::GrpcCalls,
];
