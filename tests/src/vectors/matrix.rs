//! `matrix`: the propagation decision matrix, end to end on each driver (rules R5, R6 and R9).

use serde::Deserialize;

use super::reading::{Vector, nullable};

/// The name of the op.
pub(super) const NAME: &str = "matrix";

/// `matrix`
pub type Matrix = Vector<MatrixInput, MatrixExpect>;

/// The situation of a service between a caller and a callee.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MatrixInput {
    /// Whether the request carries a trace.
    pub incoming: bool,
    /// Its decision.
    #[serde(deserialize_with = "nullable")]
    pub incoming_sampled: Option<bool>,
    /// Whether the URL of the outgoing request matches the targets.
    pub targets_match: bool,
    /// `traces_sample_rate`
    #[serde(deserialize_with = "nullable")]
    pub traces_sample_rate: Option<f64>,
}

/// What the service has to do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MatrixExpect {
    /// Whether a transaction reaches the sink.
    pub send_spans: bool,
    /// Whether the outgoing request carries a trace.
    pub outgoing_trace: bool,
    /// Whether it is the caller's trace; `None` where that is not in question.
    #[serde(deserialize_with = "nullable")]
    pub continue_trace: Option<bool>,
}
