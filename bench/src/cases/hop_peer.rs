//! The hop with the official client, which sends no baggage on.

use std::hint::black_box;
use std::sync::Arc;

use sentry_core::{TransactionContext, start_transaction};

use super::Case;
use super::hop::Outgoing;
use super::peer_client::Received;
use crate::input::{self, Headers};

pub(super) struct Peer {
    received: Arc<Received>,
    headers: Headers,
    sampled: bool,
    outgoing: Outgoing,
}

impl Peer {
    pub(super) fn new(sampled: bool) -> Self {
        Self {
            received: Received::bind("GET /orders/{id}", 1),
            headers: input::headers(sampled),
            sampled,
            outgoing: Outgoing::default(),
        }
    }
}

impl Case for Peer {
    fn run(&mut self) {
        let headers = black_box(&self.headers).iter().copied();
        let context =
            TransactionContext::continue_from_headers("GET /orders/{id}", "http.server", headers);
        let root = start_transaction(context);
        let child = root.start_child("http.client", "GET https://stock.example.com/items");
        for (_, value) in child.iter_headers() {
            self.outgoing.write(value.as_bytes(), None);
        }
        child.finish();
        root.finish();
        black_box(&self.outgoing);
    }

    fn check(&mut self, rounds: u32) {
        self.outgoing.check(self.sampled, "");
        assert_eq!(self.received.take(), if self.sampled { rounds } else { 0 });
    }
}
