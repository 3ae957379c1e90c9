//! Reading one `sentry-trace` value.

use std::hint::black_box;

use sentry_core::TracePropagationContext;
use sentry_trace_core::sentry_trace::SentryTrace;

use super::Case;
use crate::input::SAMPLED;

#[derive(Default)]
pub(super) struct Ours {
    last: Option<SentryTrace>,
}

impl Case for Ours {
    fn run(&mut self) {
        self.last = SentryTrace::parse(black_box(SAMPLED.as_bytes())).ok();
        black_box(&self.last);
    }

    fn check(&mut self, _rounds: u32) {
        let last = self.last.take().expect("the value is valid");
        assert_eq!(last.to_string(), SAMPLED);
    }
}

#[derive(Default)]
pub(super) struct Peer {
    last: Option<TracePropagationContext>,
}

impl Case for Peer {
    fn run(&mut self) {
        // The one public way to its parser: a header line.
        let line = black_box([("sentry-trace", SAMPLED)]);
        self.last = TracePropagationContext::try_from_headers(line).ok();
        black_box(&self.last);
    }

    fn check(&mut self, _rounds: u32) {
        let last = self.last.take().expect("the value is valid");
        assert_eq!(last.sentry_trace_header(), SAMPLED);
    }
}
