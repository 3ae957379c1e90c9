//! The envelopes that wait, within bounds.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::envelope::Envelope;

/// An envelope that waits, or is on its way.
pub(super) struct Waiting {
    pub(super) envelope: Arc<Envelope>,
    /// How often it was sent.
    pub(super) attempts: u32,
}

/// Envelopes in their order. The one that is on its way keeps its place in the count.
#[derive(Default)]
pub(super) struct Buffer {
    waiting: VecDeque<Waiting>,
    count: usize,
    bytes: usize,
}

impl Buffer {
    /// Adds an envelope at the end, if there is a place; says whether there was.
    pub(super) fn push(&mut self, envelope: Arc<Envelope>, most: usize, most_bytes: usize) -> bool {
        let bytes = self.bytes.saturating_add(envelope.size());
        let fits = self.count < most.max(1) && (self.count == 0 || bytes <= most_bytes);
        if fits {
            self.count += 1;
            self.bytes = bytes;
            self.waiting.push_back(Waiting {
                envelope,
                attempts: 0,
            });
        }
        fits
    }

    pub(super) fn front(&self) -> Option<&Envelope> {
        self.waiting.front().map(|waiting| &*waiting.envelope)
    }

    /// Takes the first envelope to send it. It has to be [released](Self::release) or [put back](Self::put_back).
    pub(super) fn take(&mut self) -> Option<Waiting> {
        self.waiting.pop_front()
    }

    pub(super) fn put_back(&mut self, waiting: Waiting) {
        self.waiting.push_front(waiting);
    }

    pub(super) fn release(&mut self, envelope: &Envelope) {
        self.count -= 1;
        self.bytes -= envelope.size();
    }

    /// Whether nothing waits and nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
