//! What does not come to the sink, counted by reason.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::sink::{Loss, LossReason};

const REASONS: usize = LossReason::ALL.len();

/// Losses since the tracer was built.
#[derive(Default)]
pub(crate) struct Losses {
    by_reason: [Tally; REASONS],
}

#[derive(Default)]
struct Tally {
    transactions: AtomicU64,
    spans: AtomicU64,
}

impl Losses {
    /// Adds to the losses of a reason, and gives the transactions that have been lost for it.
    pub(crate) fn add(&self, reason: LossReason, loss: Loss) -> u64 {
        let tally = &self.by_reason[reason as usize];
        tally.spans.fetch_add(loss.spans, Ordering::Relaxed);
        let before = tally
            .transactions
            .fetch_add(loss.transactions, Ordering::Relaxed);
        before + loss.transactions
    }

    /// All losses of a reason.
    pub(crate) fn total(&self, reason: LossReason) -> Loss {
        let tally = &self.by_reason[reason as usize];
        Loss::new(
            tally.transactions.load(Ordering::Relaxed),
            tally.spans.load(Ordering::Relaxed),
        )
    }
}

/// What the sink has been told of.
#[derive(Default)]
pub(crate) struct Told {
    by_reason: [Loss; REASONS],
}

impl Told {
    /// What it has not been told of, which counts as told from now on.
    pub(crate) fn catch_up(&mut self, losses: &Losses) -> impl Iterator<Item = (LossReason, Loss)> {
        let news = LossReason::ALL.map(|reason| {
            let total = losses.total(reason);
            let told = std::mem::replace(&mut self.by_reason[reason as usize], total);
            let news = Loss::new(
                total.transactions - told.transactions,
                total.spans - told.spans,
            );
            (reason, news)
        });
        let is_any = |(_, loss): &(LossReason, Loss)| *loss != Loss::default();
        news.into_iter().filter(is_any)
    }
}
