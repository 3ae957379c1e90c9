//! Comparing, so that a mismatch says what was expected.

use std::fmt::Debug;

use crate::case_result::Mismatch;

/// What a case comes to.
pub(crate) type Check = Result<(), Mismatch>;

/// The values are equal.
#[allow(
    clippy::needless_pass_by_value,
    reason = "a check reads better without a reference on each value"
)]
pub(crate) fn equal<T: PartialEq<U> + Debug, U: Debug>(what: &str, got: T, expected: U) -> Check {
    if got == expected {
        Ok(())
    } else {
        Err(Mismatch::new(
            format!("{what}: {expected:?}"),
            format!("{got:?}"),
        ))
    }
}

/// Something holds; `got` is shown where it does not.
pub(crate) fn holds(what: &str, condition: bool, got: impl Debug) -> Check {
    if condition {
        Ok(())
    } else {
        Err(Mismatch::new(what, format!("{got:?}")))
    }
}

/// A value is there.
pub(crate) fn some<T>(what: &str, value: Option<T>) -> Result<T, Mismatch> {
    value.ok_or_else(|| Mismatch::new(what, "nothing"))
}
