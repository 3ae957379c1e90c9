//! The spans of a transaction while it is being recorded.

use sentry_trace_core::status::SpanStatus;

use crate::clock::{Clock, Timestamp};
use crate::transaction::{SpanRecord, Surroundings};

/// The root span and all that were started below it.
pub(crate) struct Recording {
    pub(crate) root: SpanRecord,
    pub(crate) spans: Vec<SpanRecord>,
    pub(crate) dropped_spans: u32,
    pub(crate) discarded: bool,
    pub(crate) surroundings: Option<Surroundings>,
    /// What the monotonic clock showed when the root began.
    begun: u64,
}

/// The place of a span in its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The transaction is not recorded.
    None,
    /// The transaction is recorded, and had no place for the span: it was over the limit, or late.
    Lost,
    Root,
    Child(u32),
}

/// When a span ends: a type for each way, so that those that end now carry no time along.
pub(crate) trait End {
    fn time(self, recording: &Recording, clock: &dyn Clock) -> Timestamp;
}

/// When it is finished.
pub(crate) struct Now;

impl End for Now {
    fn time(self, recording: &Recording, clock: &dyn Clock) -> Timestamp {
        recording.now(clock)
    }
}

impl End for Timestamp {
    fn time(self, _: &Recording, _: &dyn Clock) -> Timestamp {
        self
    }
}

/// Room for the few children that most requests have.
const EXPECTED_SPANS: usize = 4;

impl Recording {
    /// An open root without a time.
    pub(crate) const fn new(root: SpanRecord, surroundings: Option<Surroundings>) -> Self {
        Self {
            root,
            spans: Vec::new(),
            dropped_spans: 0,
            discarded: false,
            surroundings,
            begun: 0,
        }
    }

    /// Starts the root now.
    pub(crate) fn begin(&mut self, clock: &dyn Clock) {
        self.root.start = clock.wall();
        self.root.end = self.root.start;
        self.begun = clock.monotonic();
    }

    /// The time of day, by a clock that does not jump within a transaction.
    ///
    /// The root's own start may be what somebody else measured. Its end is, while it is open, when it began here.
    pub(crate) fn now(&self, clock: &dyn Clock) -> Timestamp {
        let since_begin = clock.monotonic().saturating_sub(self.begun);
        Timestamp::from_micros(self.root.end.as_micros().saturating_add(since_begin))
    }

    /// Adds an open child, unless there are `max_spans` of them already.
    pub(crate) fn push(&mut self, child: SpanRecord, max_spans: usize) -> Slot {
        if self.spans.len() >= max_spans {
            self.dropped_spans = self.dropped_spans.saturating_add(1);
            return Slot::Lost;
        }
        if self.spans.capacity() == 0 {
            self.spans = Vec::with_capacity(EXPECTED_SPANS);
        }
        self.spans.push(child);
        u32::try_from(self.spans.len() - 1).map_or(Slot::Lost, Slot::Child)
    }

    pub(crate) fn span(&mut self, slot: Slot) -> Option<&mut SpanRecord> {
        match slot {
            Slot::None | Slot::Lost => None,
            Slot::Root => Some(&mut self.root),
            Slot::Child(index) => self.spans.get_mut(index as usize),
        }
    }

    /// Ends the root, and with it, as cancelled, the children that are still open.
    pub(crate) fn close(&mut self, end: Timestamp, status: Option<SpanStatus>) {
        self.root.close(end, status);
        for span in &mut self.spans {
            span.close(self.root.end, Some(SpanStatus::Cancelled));
        }
    }
}
