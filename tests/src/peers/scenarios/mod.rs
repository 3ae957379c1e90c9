//! What is done with chains.

mod baggage;
mod common;
mod decisions;
mod errors;
mod headers;
mod otel;
mod positions;
mod strict;
mod targets;

use super::case::Case;

/// Every case of every scenario.
pub(super) fn all() -> Vec<Case> {
    let scenarios = [
        positions::cases,
        decisions::cases,
        strict::cases,
        targets::cases,
        baggage::cases,
        headers::cases,
        errors::cases,
        otel::cases,
    ];
    scenarios.into_iter().flat_map(|cases| cases()).collect()
}
