//! The bounded queue in front of a sink: a full one drops and counts, and never blocks the caller.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::contain::contain_quietly;
use crate::diagnostics::{Counters, Diagnostic, count};
use crate::losses::Told;
use crate::sink::{Loss, LossReason, Sink};
use crate::transaction::{Surroundings, Transaction};

/// The longest time that a flush may take; it can be added to any point in time.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// How often the sink is told what was lost: of all that sampling leaves out, each report would be a load of its own.
pub(crate) const TELL_EVERY: Duration = Duration::from_secs(30);

/// The caller's side of the sink.
pub(crate) enum Outlet {
    /// There is no sink: transactions are not even put together.
    Closed,
    /// The sink is called by whoever finishes a transaction.
    Inline(Arc<dyn Sink>),
    /// The sink is called by a thread of its own.
    Queued(Queue),
}

pub(crate) struct Queue {
    sink: Arc<dyn Sink>,
    sender: SyncSender<Message>,
    offered: AtomicU64,
    progress: Arc<Progress>,
}

enum Message {
    Transaction(Box<Transaction>),
    /// Asks the sink to flush by this time and to leave the answer.
    Flush(Instant, SyncSender<bool>),
}

/// How far the sink's thread has come.
#[derive(Default)]
struct Progress {
    handled: Mutex<u64>,
    advanced: Condvar,
}

impl Outlet {
    /// Asks the sink what it wants to remember of the surroundings.
    pub(crate) fn begin(&self, counters: &Counters) -> Option<Surroundings> {
        let sink = self.sink()?;
        guarded(counters, || sink.begin()).flatten()
    }

    pub(crate) fn accept(&self, mut transaction: Transaction, counters: &Counters) {
        if let Some(sink) = self.sink() {
            guarded(counters, || sink.prepare(&mut transaction));
        }
        match self {
            Self::Closed => {}
            Self::Inline(sink) => {
                count(&counters.transactions);
                hand_over(&**sink, transaction, counters);
            }
            Self::Queued(queue) => queue.offer(transaction, counters),
        }
    }

    pub(crate) fn flush(&self, timeout: Duration, counters: &Counters) -> bool {
        match self {
            Self::Closed => true,
            Self::Inline(sink) => flush(&**sink, timeout, counters),
            Self::Queued(queue) => queue.flush(timeout),
        }
    }

    fn sink(&self) -> Option<&dyn Sink> {
        match self {
            Self::Closed => None,
            Self::Inline(sink) => Some(&**sink),
            Self::Queued(queue) => Some(&*queue.sink),
        }
    }

    pub(crate) const fn is_closed(&self) -> bool {
        matches!(self, Self::Closed)
    }
}

impl Queue {
    /// Starts the sink's thread. It ends when the queue is dropped and what it held has been handed over.
    pub(crate) fn start(
        sink: Arc<dyn Sink>,
        capacity: usize,
        tell_every: Duration,
        counters: &Arc<Counters>,
    ) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(capacity);
        let progress = Arc::new(Progress::default());
        let (seen, counters, served) = (progress.clone(), counters.clone(), sink.clone());
        let work = move || {
            let worker = Worker {
                sink: served,
                progress: seen,
                counters,
                tell_every,
                told: Told::default(),
                told_at: Instant::now(),
            };
            worker.work(&receiver);
        };
        thread::Builder::new()
            .name("sentry-trace-sink".into())
            .spawn(work)?;
        Ok(Self {
            sink,
            sender,
            offered: AtomicU64::new(0),
            progress,
        })
    }

    fn offer(&self, transaction: Transaction, counters: &Counters) {
        let spans = transaction.span_count() as u64;
        match self
            .sender
            .try_send(Message::Transaction(Box::new(transaction)))
        {
            Ok(()) => {
                self.offered.fetch_add(1, Ordering::SeqCst);
                count(&counters.transactions);
            }
            Err(TrySendError::Full(refused) | TrySendError::Disconnected(refused)) => {
                // What the sink remembered goes with it.
                guarded(counters, || drop(refused));
                let loss = Loss::new(1, spans);
                let dropped = counters.losses.add(LossReason::QueueOverflow, loss);
                // Once for each power of ten: a log of an overloaded service must not become a load itself.
                if dropped
                    .checked_ilog10()
                    .is_some_and(|digits| 10_u64.pow(digits) == dropped)
                {
                    counters.tell(&Diagnostic::QueueFull(dropped));
                }
            }
        }
    }

    fn flush(&self, timeout: Duration) -> bool {
        let deadline = Instant::now() + timeout.min(LONGEST);
        let offered = self.offered.load(Ordering::SeqCst);
        self.progress.wait_for(offered, deadline) && self.flush_sink(deadline)
    }

    fn flush_sink(&self, deadline: Instant) -> bool {
        let (answer, answered) = sync_channel(1);
        let mut request = Message::Flush(deadline, answer);
        loop {
            let handled = self.progress.handled();
            match self.sender.try_send(request) {
                Ok(()) => {
                    self.offered.fetch_add(1, Ordering::SeqCst);
                    return answered.recv_timeout(left_until(deadline)).unwrap_or(false);
                }
                // Others have filled the queue again: there is a place when the next message has been handled.
                Err(TrySendError::Full(refused))
                    if self.progress.wait_for(handled + 1, deadline) =>
                {
                    request = refused;
                }
                Err(_) => return false,
            }
        }
    }
}

impl Progress {
    fn handled(&self) -> u64 {
        *self.lock()
    }

    fn wait_for(&self, messages: u64, deadline: Instant) -> bool {
        let fewer = |handled: &mut u64| *handled < messages;
        let (handled, _) = self
            .advanced
            .wait_timeout_while(self.lock(), left_until(deadline), fewer)
            .unwrap_or_else(PoisonError::into_inner);
        *handled >= messages
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.handled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn advance(&self) {
        *self.lock() += 1;
        self.advanced.notify_all();
    }
}

/// The sink's thread.
struct Worker {
    sink: Arc<dyn Sink>,
    progress: Arc<Progress>,
    counters: Arc<Counters>,
    tell_every: Duration,
    told: Told,
    told_at: Instant,
}

impl Worker {
    fn work(mut self, receiver: &Receiver<Message>) {
        loop {
            let left = left_until(self.told_at + self.tell_every);
            if left.is_zero() {
                self.tell();
            }
            match receiver.recv_timeout(left) {
                Ok(message) => self.handle(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.tell();
    }

    fn handle(&mut self, message: Message) {
        match message {
            Message::Transaction(transaction) => {
                hand_over(&*self.sink, *transaction, &self.counters);
            }
            Message::Flush(deadline, answer) => {
                self.tell();
                // Whoever asked may have given up.
                _ = answer.send(flush(&*self.sink, left_until(deadline), &self.counters));
            }
        }
        self.progress.advance();
    }

    /// Tells the sink what was lost.
    fn tell(&mut self) {
        self.told_at = Instant::now();
        for (reason, loss) in self.told.catch_up(&self.counters.losses) {
            guarded(&self.counters, || self.sink.lost(reason, loss));
        }
    }
}

fn hand_over(sink: &dyn Sink, transaction: Transaction, counters: &Counters) {
    guarded(counters, || sink.accept(transaction));
}

fn flush(sink: &dyn Sink, timeout: Duration, counters: &Counters) -> bool {
    guarded(counters, || sink.flush(timeout)).unwrap_or(false)
}

/// Calls into a sink, or drops what it gave; a panic stays here and is counted.
pub(crate) fn guarded<R>(counters: &Counters, call: impl FnOnce() -> R) -> Option<R> {
    let result = contain_quietly(call);
    if result.is_none() {
        count(&counters.sink_panics);
        counters.tell(&Diagnostic::SinkPanicked);
    }
    result
}

fn left_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Passes on what it is told of.
    struct Teller(Sender<(LossReason, Loss)>);

    impl Sink for Teller {
        fn accept(&self, _: Transaction) {}

        fn lost(&self, reason: LossReason, loss: Loss) {
            _ = self.0.send((reason, loss));
        }
    }

    #[test]
    fn losses_are_told_although_nothing_comes() {
        let (teller, told) = channel();
        let counters = Arc::new(Counters::default());
        let often = Duration::from_millis(1);
        let queue = Queue::start(Arc::new(Teller(teller)), 1, often, &counters);
        for lost in 1..=3 {
            let loss = Loss::new(lost, 2 * lost);
            counters.losses.add(LossReason::SampleRate, loss);
            let mut sum = Loss::default();
            // The two numbers of a loss are not added in one step.
            while sum.transactions < lost || sum.spans < 2 * lost {
                let (reason, part) = told
                    .recv_timeout(Duration::from_secs(60))
                    .expect("the thread tells");
                assert_eq!(reason, LossReason::SampleRate);
                sum = Loss::new(sum.transactions + part.transactions, sum.spans + part.spans);
            }
            assert_eq!(sum, loss);
        }
        drop(queue);
    }
}
