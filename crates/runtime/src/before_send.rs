//! The user's last look at a transaction.

use std::sync::Arc;
use std::time::Duration;

use crate::contain::contain;
use crate::diagnostics::{Counters, Diagnostic};
use crate::sink::{Loss, LossReason, Sink};
use crate::transaction::{Surroundings, Transaction};

/// The user's function: gives the transaction as it is to be sent, or nothing.
pub(crate) type BeforeSend = Box<dyn Fn(Transaction) -> Option<Transaction> + Send + Sync>;

/// A sink behind the user's function.
pub(crate) struct Filtered {
    pub(crate) sink: Box<dyn Sink>,
    pub(crate) before_send: BeforeSend,
    pub(crate) counters: Arc<Counters>,
}

impl Sink for Filtered {
    fn accept(&self, transaction: Transaction) {
        let spans = transaction.span_count() as u64;
        let answer = contain(|| (self.before_send)(transaction));
        if answer.is_none() {
            let note = "before_send_transaction panicked: the transaction is dropped";
            self.counters.tell(&Diagnostic::Note(note.to_owned()));
        }
        match answer.flatten() {
            None => self.note_loss(Loss::new(1, spans)),
            Some(transaction) => {
                let fewer = spans.saturating_sub(transaction.span_count() as u64);
                self.note_loss(Loss::new(0, fewer));
                self.sink.accept(transaction);
            }
        }
    }

    fn begin(&self) -> Option<Surroundings> {
        self.sink.begin()
    }

    fn prepare(&self, transaction: &mut Transaction) {
        self.sink.prepare(transaction);
    }

    fn lost(&self, reason: LossReason, loss: Loss) {
        self.sink.lost(reason, loss);
    }

    fn flush(&self, timeout: Duration) -> bool {
        self.sink.flush(timeout)
    }
}

impl Filtered {
    fn note_loss(&self, loss: Loss) {
        self.counters.losses.add(LossReason::BeforeSend, loss);
    }
}
