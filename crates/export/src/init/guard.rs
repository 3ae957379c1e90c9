//! Keeps tracing on.

use std::time::Duration;

use sentry_trace_runtime::{Tracer, unset_global};

/// Keeps tracing on; when it is dropped, what is waiting is delivered, and its tracer is not the global one any more.
///
/// A later `init` takes its place: there is one global tracer, and it is gone with the later guard.
#[derive(Debug)]
#[must_use = "tracing is off when this is dropped"]
pub struct Guard {
    tracer: Tracer,
    flush_timeout: Duration,
}

impl Guard {
    pub(super) const fn new(tracer: Tracer, flush_timeout: Duration) -> Self {
        Self {
            tracer,
            flush_timeout,
        }
    }

    /// The tracer.
    #[must_use]
    pub const fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// Waits until nothing that was finished so far waits to be delivered, at most `timeout`; says whether that is so. What
    /// a host has refused does not wait any more.
    pub fn flush(&self, timeout: Duration) -> bool {
        self.tracer.flush(timeout)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.tracer.flush(self.flush_timeout);
        unset_global(&self.tracer);
    }
}
