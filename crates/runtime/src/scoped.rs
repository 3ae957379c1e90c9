//! A future that belongs to a span.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::current::Scope;

pin_project! {
    /// Polls a future within a scope, and drops it there too, as soon as it is done: what it owns belongs to the span.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Scoped<F> {
        scope: Scope,
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Scoped<F> {
        fn drop(this: Pin<&mut Self>) {
            this.clear();
        }
    }
}

impl<F> Scoped<F> {
    /// A future that runs within this scope.
    pub const fn new(future: F, scope: Scope) -> Self {
        Self {
            scope,
            future: Some(future),
        }
    }

    /// Drops the future.
    pub fn clear(self: Pin<&mut Self>) {
        let this = self.project();
        drop_in(this.scope, this.future);
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        poll_in(this.scope, this.future, cx)
    }
}

/// Polls a future within a scope, and drops it there too, as soon as it is done. What [`Scoped`] does, for a future that has
/// both among its own fields: it is moved less often.
///
/// # Panics
/// When the future was done already.
pub fn poll_in<F: Future>(
    scope: &mut Scope,
    mut future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    scope.run(|| {
        let polled = match future.as_mut().as_pin_mut() {
            Some(future) => future.poll(cx),
            None => panic!("a future was polled after it was done"),
        };
        if polled.is_ready() {
            future.set(None);
        }
        polled
    })
}

/// Drops a future within a scope, unless it was done.
pub fn drop_in<F>(scope: &mut Scope, mut future: Pin<&mut Option<F>>) {
    if future.is_some() {
        scope.run(|| future.set(None));
    }
}
