//! Calling what a user gave.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

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

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// As [`contain`], for what runs because a transaction starts or finishes: a transaction that is started in it, on this
/// thread, is not recorded. It would have the same called again, without an end.
pub(crate) fn contain_quietly<R>(call: impl FnOnce() -> R) -> Option<R> {
    let outer = QUIET.replace(true);
    let result = contain(call);
    QUIET.set(outer);
    result
}

/// Whether transactions that are started now are not recorded.
pub(crate) fn is_quiet() -> bool {
    QUIET.get()
}

/// Calls what several users gave, one after the other: a panic in one keeps nothing from the others, and goes on behind
/// them. Where several panic, the first one does.
#[doc(hidden)]
pub fn call_each<T>(all: impl IntoIterator<Item = T>, mut call: impl FnMut(T)) {
    let mut panicked = None;
    for one in all {
        let call = AssertUnwindSafe(|| call(one));
        if panicked.is_some() {
            contain(call);
        } else {
            panicked = catch_unwind(call).err();
        }
    }
    if let Some(panic) = panicked {
        resume_unwind(panic);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::panic_any;

    use super::*;

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

    #[test]
    fn the_first_panic_goes_on_behind_all_calls() {
        let mut called = Vec::new();
        let calls = catch_unwind(AssertUnwindSafe(|| {
            call_each(0..4, |number| {
                called.push(number);
                if number % 2 == 1 {
                    panic_any(number);
                }
            });
        }));
        let panic = calls.expect_err("two panics");
        assert_eq!(panic.downcast_ref(), Some(&1));
        assert_eq!(called, [0, 1, 2, 3]);
    }
}
