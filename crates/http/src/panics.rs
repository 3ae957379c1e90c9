//! Noticing panics.

use crate::server_span::ServerSpan;

/// Calls what serves a request; where that panics, the span ends as a failure, at once: a runtime may drop the request much
/// later.
///
/// Whether the thread panics would say less: while it unwinds for another reason, requests are dropped, and even served.
#[inline(always)]
pub fn fail_on_panic<R>(span: &mut Option<ServerSpan>, call: impl FnOnce() -> R) -> R {
    let watched = Watched(span);
    let result = call();
    std::mem::forget(watched);
    result
}

struct Watched<'a>(&'a mut Option<ServerSpan>);

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(ServerSpan::fail);
    }
}
