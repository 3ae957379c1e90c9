//! Noticing panics.

use sentry_trace_http::ServerSpan;

/// A panic while the request is served ends its span as a failure; the runtime may drop the future much later.
pub(super) struct FailOnPanic<'a>(pub(super) &'a mut Option<ServerSpan>);

impl Drop for FailOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.take().into_iter().for_each(ServerSpan::fail);
        }
    }
}
