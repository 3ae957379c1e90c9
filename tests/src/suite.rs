//! What a suite is.

use crate::case_result::CaseResult;
use crate::drivers::Driver;
use crate::vectors::Vectors;

/// Cases that are written once and run on each driver that they fit.
pub trait Suite: Sync {
    /// Runs all cases. A driver that lacks what the suite needs gives none, which its floor would notice.
    fn run(&self, driver: &Driver, vectors: &Vectors) -> Vec<CaseResult>;
}
