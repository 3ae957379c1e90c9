//! Calling what a user gave.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Calls what a user gave: a panic in it stays here, and gives `None`.
#[doc(hidden)]
pub fn contain<R>(call: impl FnOnce() -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // What was thrown may panic once more when it is dropped; what that throws is not dropped any more.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
                std::mem::forget(payload);
            }
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::contain;

    #[test]
    fn what_panics_when_it_is_dropped_is_contained_too() {
        struct Again;
        impl Drop for Again {
            fn drop(&mut self) {
                panic_any(Self);
            }
        }
        assert_eq!(contain(|| panic_any(Again)), None::<()>);
        assert_eq!(contain(|| 7), Some(7));
    }
}
