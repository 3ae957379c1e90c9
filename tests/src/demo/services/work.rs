//! Stands for work that takes some milliseconds.

use std::future::Future;
use std::time::Duration;

use sentry_trace::{TraceFutureExt, start_span};

/// A span that takes its time, and its result.
pub(super) fn in_span<T>(
    name: &'static str,
    op: &'static str,
    milliseconds: u64,
    result: T,
) -> impl Future<Output = T> {
    let span = start_span(name).op(op).start();
    async move {
        // why: a waterfall without durations shows nothing; nothing waits for this
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        result
    }
    .in_trace_span(span)
}
