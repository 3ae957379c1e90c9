//! Threads that end.

use sentry_core::Hub;

thread_local! {
    // What is made last goes first: while this is there, the hub is.
    static ALIVE: Alive = {
        drop(Hub::current());
        Alive
    };
}

struct Alive;

impl Drop for Alive {
    // Of what has a destructor the thread knows that it is gone.
    fn drop(&mut self) {}
}

/// Calls what asks for the thread's hub; `None` while the thread's storage is being torn down, where that panics.
///
/// A thread that has used the client and asks here for the first time in its teardown is not recognised.
pub(super) fn with_hub<R>(ask: impl FnOnce() -> R) -> Option<R> {
    ALIVE.try_with(|_| ()).ok().map(|()| ask())
}
