//! The request with the official layers.

use std::sync::Arc;

use sentry_tower::{NewSentryLayer, SentryHttpLayer};

use super::Case;
use super::layer::{NAME, Served, router};
use super::peer_client::Received;

pub(super) struct Peer {
    served: Served,
    received: Arc<Received>,
    sampled: bool,
}

impl Peer {
    pub(super) fn new(sampled: bool) -> Self {
        let received = Received::bind(NAME, 0);
        let router = router()
            .layer(SentryHttpLayer::new().enable_transaction())
            .layer(NewSentryLayer::new_from_top());
        Self {
            served: Served::new(router, sampled),
            received,
            sampled,
        }
    }
}

impl Case for Peer {
    fn run(&mut self) {
        self.served.run();
    }

    fn check(&mut self, rounds: u32) {
        self.served.check(rounds);
        assert_eq!(self.received.take(), if self.sampled { rounds } else { 0 });
    }
}
