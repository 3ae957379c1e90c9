//! Finding the sentry members of a `baggage` value.

use std::hint::black_box;

use sentry_core::TracePropagationContext;
use sentry_trace_core::baggage::SentryMembers;

use super::Case;
use crate::input::{BAGGAGE, ORG_ID, SAMPLED, SENTRY_BAGGAGE};

#[derive(Default)]
pub(super) struct Ours {
    right: u32,
}

impl Ours {
    fn parse() -> SentryMembers<'static> {
        SentryMembers::parse(black_box([BAGGAGE.as_bytes()]))
    }
}

impl Case for Ours {
    fn run(&mut self) {
        let members = Self::parse();
        self.right += u32::from(black_box(&members).len() == 8);
    }

    fn check(&mut self, rounds: u32) {
        assert_eq!(std::mem::take(&mut self.right), rounds);
        let members = Self::parse();
        let found: Vec<_> = members.iter().map(|member| format!("{member:?}")).collect();
        assert_eq!(found.join(","), SENTRY_BAGGAGE);
        assert!(
            members
                .get("org_id")
                .is_some_and(|member| member.is(ORG_ID))
        );
    }
}

#[derive(Default)]
pub(super) struct Peer {
    last: Option<TracePropagationContext>,
}

impl Case for Peer {
    fn run(&mut self) {
        // It reads baggage only along with `sentry-trace`, which the comparison takes off again.
        let lines = black_box([("sentry-trace", SAMPLED), ("baggage", BAGGAGE)]);
        self.last = TracePropagationContext::try_from_headers(lines).ok();
        black_box(&self.last);
    }

    fn check(&mut self, _rounds: u32) {
        let last = self.last.take().expect("the values are valid");
        assert_eq!(last.sentry_trace_header(), SAMPLED);
        // There is no other public view of what it found.
        let debug = format!("{last:?}");
        assert!(debug.contains(ORG_ID), "{debug}");
    }
}
