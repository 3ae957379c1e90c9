//! What came of a peer.

use crate::case_result::CaseResult;

/// What came of a peer.
pub enum Outcome {
    /// It ran.
    Ran {
        /// The name under which the report shows it.
        driver: &'static str,
        /// The implementations that ran, as they name themselves, for the rows of differences.
        sdks: Vec<String>,
        /// Its cases; the suite of each is the scenario.
        results: Vec<CaseResult>,
    },
    /// It did not run.
    NotRun {
        /// The peer's name.
        peer: &'static str,
        /// What is missing.
        reason: String,
    },
}
