//! The current span: a slot of each thread that a scope swaps itself into.
//!
//! A future swaps its span in around each poll and around its drop ([`instrument`](crate::instrument)), so that the
//! slot is right under work stealing, `join!`, cancellation and panics, and needs no async runtime. What
//! `spawn`, `spawn_blocking` and threads do not inherit, [`carry_trace`] and
//! [`in_current_trace`](crate::TraceFutureExt::in_current_trace) hand over.
//!
//! ```
//! use sentry_trace_runtime::{Options, Tracer, carry_trace, current_span, start_span};
//!
//! let tracer = Tracer::new(Options::new())?;
//! let root = tracer.start_new_trace().start_span("work").enter();
//! let trace_id = root.trace_id();
//!
//! let on_thread = std::thread::spawn(carry_trace(|| current_span().trace_id()));
//! assert_eq!(on_thread.join().unwrap(), trace_id);
//!
//! drop(root);
//! assert_eq!(current_span().trace_id(), None);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem;
use std::sync::OnceLock;

use crate::contain::contain;
use crate::handle::SpanHandle;

thread_local! {
    static CURRENT: Cell<SpanHandle> = const { Cell::new(SpanHandle::NONE) };
}

/// Asked where no span of ours is current.
static FALLBACK: OnceLock<Fallback> = OnceLock::new();

/// Gives the span of another library that is current on this thread, as a handle of ours, or [`SpanHandle::NONE`].
pub type Fallback = fn() -> SpanHandle;

/// Sets what [`current_span`] answers where no span of ours is current. Once for the process; says whether it was set.
///
/// The function runs inside every look-up outside our spans: it must be quick, and must not call [`current_span`]. A panic
/// in it counts as no span.
pub fn set_fallback(fallback: Fallback) -> bool {
    FALLBACK.set(fallback).is_ok()
}

/// The span that is current on this thread, else what the [fallback](set_fallback) gives, else [`SpanHandle::NONE`].
///
/// With the official client as the fallback it must not be asked for inside the closure of `add_breadcrumb` or in
/// `before_breadcrumb`, where the client holds its own lock.
#[doc(alias = "getActiveSpan")]
#[must_use]
pub fn current_span() -> SpanHandle {
    let own = own_span();
    match FALLBACK.get() {
        Some(fallback) if own.is_none() => contain(fallback).unwrap_or(SpanHandle::NONE),
        _ => own,
    }
}

/// The span of ours that is current on this thread; [`SpanHandle::NONE`] when there is none.
#[must_use]
pub fn own_span() -> SpanHandle {
    // While a thread's storage is being torn down there is no current span.
    CURRENT
        .try_with(|current| {
            let handle = current.take();
            current.set(handle.clone());
            handle
        })
        .unwrap_or(SpanHandle::NONE)
}

/// Puts `handle` into the slot and what was in the slot into `handle`.
fn swap(handle: &mut SpanHandle) {
    // While a thread's storage is being torn down there is no current span, and both stay as they are.
    _ = CURRENT.try_with(|current| *handle = current.replace(mem::take(handle)));
}

/// Makes a span current around calls, as an adapter does around each poll of a request's future and around its drop.
///
/// What is current when a call ends is kept for the next call: a guard that lives across an `.await` stays right.
#[derive(Debug, Default)]
pub struct Scope {
    span: SpanHandle,
}

impl Scope {
    /// A scope in which `span` is current.
    #[must_use]
    pub const fn new(span: SpanHandle) -> Self {
        Self { span }
    }

    /// Calls `f` with the span current; also a panic restores what was current before.
    pub fn run<R>(&mut self, f: impl FnOnce() -> R) -> R {
        let _entered = self.enter();
        f()
    }

    /// Makes the span current until what is returned is dropped, where a closure would have to own large things.
    #[doc(hidden)]
    pub fn enter(&mut self) -> impl Drop {
        // Meanwhile the scope keeps what was current before.
        swap(&mut self.span);
        Restore(self)
    }
}

struct Restore<'a>(&'a mut Scope);

impl Drop for Restore<'_> {
    fn drop(&mut self) {
        swap(&mut self.0.span);
    }
}

/// Keeps a span current on this thread until it is dropped. Guards nest: drop the inner one first.
///
/// It stays on its thread:
///
/// ```compile_fail,E0277
/// let guard = sentry_trace_runtime::current_span().make_current();
/// std::thread::spawn(move || drop(guard));
/// ```
#[derive(Debug)]
#[must_use = "the span is current until this guard is dropped"]
pub struct CurrentGuard {
    outer: SpanHandle,
    not_send: PhantomData<*const ()>,
}

impl CurrentGuard {
    pub(crate) fn new(mut span: SpanHandle) -> Self {
        swap(&mut span);
        Self {
            outer: span,
            not_send: PhantomData,
        }
    }
}

impl Drop for CurrentGuard {
    fn drop(&mut self) {
        swap(&mut self.outer);
    }
}

/// Wraps a closure so that the span that is current now is current when it runs, on whatever thread.
///
/// For `spawn_blocking`, threads and thread pools.
pub fn carry_trace<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    let span = current_span();
    move || Scope::new(span).run(f)
}

impl SpanHandle {
    /// Makes the span current on this thread until the guard is dropped.
    pub fn make_current(&self) -> CurrentGuard {
        CurrentGuard::new(self.clone())
    }
}
