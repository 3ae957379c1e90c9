//! Futures that carry a span.
//!
//! ```
//! use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, current_span};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let tracer = Tracer::new(Options::new())?;
//! let root = tracer.start_new_trace().start_span("request").start();
//! let trace_id = root.trace_id();
//!
//! let seen = async {
//!     tokio::task::yield_now().await;
//!     // What `spawn` does not inherit is handed over.
//!     tokio::spawn(async { current_span().trace_id() }.in_current_trace()).await
//! }
//! .in_trace_span(root)
//! .await;
//!
//! assert_eq!(seen.unwrap(), trace_id);
//! # Ok::<(), sentry_trace_runtime::OptionsError>(()) }).unwrap();
//! ```

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use sentry_trace_core::status::SpanStatus;

use crate::current::{Scope, current_span};
use crate::handle::SpanHandle;
use crate::scoped::Scoped;
use crate::span::Span;

/// Gives a span to a future.
pub trait TraceFutureExt: Future + Sized {
    /// Makes `span` current while the future runs, and finishes it when the future is done.
    ///
    /// A future that is dropped before it is done finishes its span as cancelled, and one that panics with
    /// `internal_error`.
    #[doc(alias = "startSpan")]
    fn in_trace_span(self, span: Span) -> InTrace<Self> {
        InTrace {
            future: Scoped::new(self, Scope::new(span.handle().clone())),
            owner: Some(span),
        }
    }

    /// Makes a span current while the future runs, without finishing it.
    fn in_trace(self, span: SpanHandle) -> InTrace<Self> {
        InTrace {
            future: Scoped::new(self, Scope::new(span)),
            owner: None,
        }
    }

    /// Takes the span that is current now along, for `spawn` and the like.
    fn in_current_trace(self) -> InTrace<Self> {
        self.in_trace(current_span())
    }
}

impl<F: Future> TraceFutureExt for F {}

pin_project! {
    /// A future with a span; see [`TraceFutureExt`].
    #[must_use = "futures do nothing unless they are polled"]
    pub struct InTrace<F> {
        owner: Option<Span>,
        #[pin]
        future: Scoped<F>,
    }

    impl<F> PinnedDrop for InTrace<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.future.clear();
            if let Some(span) = this.owner.take() {
                span.finish_with_status(SpanStatus::Cancelled);
            }
        }
    }
}

impl<F: Future> Future for InTrace<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        // Out of its place while the future runs: a panic drops it here, and is its status.
        let owner = this.owner.take();
        let polled = this.future.poll(cx);
        if polled.is_pending() {
            *this.owner = owner;
        }
        polled
    }
}
