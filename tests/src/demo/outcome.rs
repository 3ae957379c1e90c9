//! What came of a run.

use std::collections::BTreeSet;
use std::fmt;

use sentry_trace_collector::Trace;
use serde_json::{Value, json};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) requests: usize,
    pub(super) expected: usize,
    pub(super) transactions: usize,
    pub(super) traces: usize,
    pub(super) services: usize,
    /// Transactions that hang together with no other.
    pub(super) unconnected: usize,
}

impl Outcome {
    pub(super) fn of(traces: &[Trace], requests: usize, expected: usize) -> Self {
        let services: BTreeSet<_> = traces.iter().flat_map(Trace::services).collect();
        Self {
            requests,
            expected,
            transactions: traces.iter().map(|trace| trace.transactions.len()).sum(),
            traces: traces.len(),
            services: services.len(),
            unconnected: traces.iter().map(|trace| trace.unconnected().len()).sum(),
        }
    }

    /// Each request made one trace, nothing is missing, and everything hangs together.
    pub(super) const fn is_whole(&self) -> bool {
        self.transactions == self.expected && self.traces == self.requests && self.unconnected == 0
    }

    pub(super) fn json(&self) -> Value {
        json!({
            "requests": self.requests,
            "transactions": self.transactions,
            "missing": self.expected.saturating_sub(self.transactions),
            "unconnected": self.unconnected,
            "traces": self.traces,
            "services": self.services,
            "ok": self.is_whole(),
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            requests,
            expected,
            transactions,
            traces,
            services,
            unconnected,
        } = self;
        writeln!(
            f,
            "{requests} requests: {transactions} transactions of {services} services share {traces} traces."
        )?;
        if transactions != expected {
            writeln!(f, "FAILED: {expected} transactions were expected.")?;
        }
        if traces != requests {
            writeln!(f, "FAILED: each request is one trace.")?;
        }
        if *unconnected > 0 {
            writeln!(f, "FAILED: {unconnected} transactions are not connected.")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_or_unconnected_is_a_failure() {
        let whole = Outcome {
            requests: 2,
            expected: 8,
            transactions: 8,
            traces: 2,
            services: 3,
            unconnected: 0,
        };
        assert!(whole.is_whole());
        assert!(
            !Outcome {
                transactions: 7,
                ..whole.clone()
            }
            .is_whole()
        );
        assert!(
            !Outcome {
                traces: 3,
                ..whole.clone()
            }
            .is_whole()
        );
        assert!(
            !Outcome {
                unconnected: 1,
                ..whole
            }
            .is_whole()
        );
    }
}
