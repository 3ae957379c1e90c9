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
        let mut this = self.project();
        if this.future.is_some() {
            this.scope.run(|| this.future.set(None));
        }
    }

    /// Takes the scope of a future that is done, for what comes of it.
    pub fn take_scope(self: Pin<&mut Self>) -> Scope {
        std::mem::take(self.project().scope)
    }
}

impl<F: Future> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        this.scope.run(|| {
            let polled = match this.future.as_mut().as_pin_mut() {
                Some(future) => future.poll(cx),
                None => panic!("a future was polled after it was done"),
            };
            if polled.is_ready() {
                this.future.set(None);
            }
            polled
        })
    }
}
