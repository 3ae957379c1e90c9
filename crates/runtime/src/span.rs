//! A span that finishes when it is dropped.

use std::ops::Deref;

use sentry_trace_core::status::SpanStatus;

use crate::clock::Timestamp;
use crate::current::{CurrentGuard, Scope};
use crate::handle::SpanHandle;
use crate::recording::{End, Now};

/// A span that finishes when it is dropped, with the status `internal_error` when that is because of a panic.
///
/// It is not current by itself: [`enter`](Self::enter) it, [`run`](Self::run) a closure in it, or give it to a future
/// with [`in_trace_span`](crate::TraceFutureExt::in_trace_span).
#[derive(Debug)]
#[must_use = "a span finishes when it is dropped"]
pub struct Span {
    handle: SpanHandle,
    /// A panic was on its way when it started, as in a destructor: that one is not its own.
    started_in_panic: bool,
}

impl Span {
    pub(crate) fn new(handle: SpanHandle) -> Self {
        Self {
            handle,
            started_in_panic: std::thread::panicking(),
        }
    }

    /// A shared reference to it.
    #[must_use]
    pub const fn handle(&self) -> &SpanHandle {
        &self.handle
    }

    /// Makes it current on this thread until it is dropped. Such guards nest per thread: the branches of one future that
    /// run at once, in `select!` and `join!`, take [`in_trace_span`](crate::TraceFutureExt::in_trace_span) instead.
    ///
    /// So does a task that would keep the guard across an `.await` and has no span around it, by an adapter, `in_trace` or
    /// `in_trace_span`: other tasks of the thread would see the span, and it could stay current after its end.
    pub fn enter(self) -> EnteredSpan {
        EnteredSpan {
            guard: CurrentGuard::new(self.handle.clone()),
            span: self,
        }
    }

    /// Calls `f` with the span current and finishes it.
    pub fn run<R>(self, f: impl FnOnce(&Self) -> R) -> R {
        Scope::new(self.handle.clone()).run(|| f(&self))
    }

    /// Finishes it now.
    pub fn finish(self) {}

    /// Finishes it now, with this status unless one was set.
    pub fn finish_with_status(mut self, status: SpanStatus) {
        // Taken out, so that the drop does not finish it again.
        std::mem::take(&mut self.handle).finish(Some(status), Now);
    }

    /// Finishes it now, as work that ended at `end`: for work that somebody else measured. An end before the start becomes
    /// the start.
    ///
    /// Of a root, the children that are still open end at that time too; others keep theirs, which may be later.
    #[doc(alias = "endTimestamp")]
    pub fn finish_at(mut self, end: Timestamp) {
        self.end(end);
    }

    /// Ends it at this time, by what happens on this thread. The handle goes, so that nothing ends twice.
    fn end(&mut self, end: impl End) {
        let panicked = std::thread::panicking() && !self.started_in_panic;
        let status = panicked.then_some(SpanStatus::InternalError);
        std::mem::take(&mut self.handle).finish(status, end);
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.end(Now);
    }
}

impl Deref for Span {
    type Target = SpanHandle;

    fn deref(&self) -> &SpanHandle {
        &self.handle
    }
}

/// A span that is current on this thread and finishes when it is dropped. These nest per thread, see [`Span::enter`].
///
/// It stays on its thread:
///
/// ```compile_fail,E0277
/// let entered = sentry_trace_runtime::start_span("work").enter();
/// std::thread::spawn(move || drop(entered));
/// ```
///
/// A [`Span`] may go:
///
/// ```
/// let span = sentry_trace_runtime::start_span("work").start();
/// std::thread::spawn(move || drop(span)).join().unwrap();
/// ```
#[derive(Debug)]
#[must_use = "the span is current, and open, until this is dropped"]
pub struct EnteredSpan {
    /// Dropped first: the span is not current any more when it finishes.
    #[allow(dead_code, reason = "held for its drop")]
    guard: CurrentGuard,
    span: Span,
}

impl Deref for EnteredSpan {
    type Target = Span;

    fn deref(&self) -> &Span {
        &self.span
    }
}

impl From<&Span> for SpanHandle {
    fn from(span: &Span) -> Self {
        span.handle().clone()
    }
}
