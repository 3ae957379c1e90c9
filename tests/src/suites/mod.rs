//! What is done with a driver.

mod core_vectors;

use crate::suite::Suite;

/// Every suite, in the order in which they run.
pub const ALL: &[&dyn Suite] = &[&core_vectors::CoreVectors];
