//! Noticing panics.

use crate::server_span::ServerSpan;

/// Stands around what serves a request and may panic: dropped before it is [`passed`](Self::passed), it ends the span as a
/// failure, at once; a runtime may drop the request much later.
///
/// Whether the thread panics would say less: while it unwinds for another reason, requests are dropped, and even served.
#[derive(Debug)]
#[must_use]
pub struct FailOnPanic<'a>(&'a mut Option<ServerSpan>);

impl<'a> FailOnPanic<'a> {
    /// Watches over this span.
    pub const fn new(span: &'a mut Option<ServerSpan>) -> Self {
        Self(span)
    }

    /// There was no panic.
    pub const fn passed(self) {
        std::mem::forget(self);
    }
}

impl Drop for FailOnPanic<'_> {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(ServerSpan::fail);
    }
}
