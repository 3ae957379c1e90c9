//! What came of a case, from all sides.

use sentry_trace_collector::{Collector, Trace, TransactionRecord};

use super::page_case::{PageCase, SiteName};
use super::sites::{Seen, Sites};
use crate::browser::chromium::Outcome;
use crate::case_result::Mismatch;

/// What a case asks.
pub(super) type Check = fn(&Evidence) -> Result<(), Mismatch>;

/// What came of a case.
pub(super) struct Evidence {
    /// What the pages saw.
    pub(super) outcomes: Vec<Outcome>,
    /// The service's transaction of the page; absent where it does not sample.
    pub(super) served: Option<TransactionRecord>,
    /// The browser's page loads.
    pub(super) loads: Vec<TransactionRecord>,
    /// The services' transactions of the page's calls.
    pub(super) called: Vec<TransactionRecord>,
    /// The requests of the page's calls, preflights included.
    pub(super) requests: Vec<Seen>,
    /// The traces that the browser has a part in.
    pub(super) traces: Vec<Trace>,
    /// What the diagnostics of the called service were told of the page's origin.
    pub(super) notes: Vec<String>,
    expected: usize,
}

impl Evidence {
    pub(super) fn gather(
        case: &PageCase,
        outcomes: Vec<Outcome>,
        collector: &Collector,
        sites: &Sites,
    ) -> Self {
        let transactions = collector.transactions();
        let all = |filter: &dyn Fn(&TransactionRecord) -> bool| -> Vec<_> {
            transactions
                .iter()
                .filter(|transaction| filter(transaction))
                .cloned()
                .collect()
        };
        let loads = all(&|transaction| is_browser(transaction) && transaction.name == case.page());
        let paths = case.call_paths();
        let mut traces = collector.traces();
        traces.retain(|trace| loads.iter().any(|load| load.trace_id() == trace.trace_id));
        let origin = sites.url(case.site);
        Self {
            outcomes,
            served: all(&|transaction| path(transaction) == Some(&case.page())).pop(),
            loads,
            called: all(&|transaction| {
                path(transaction).is_some_and(|path| paths.iter().any(|call| call == path))
            }),
            requests: sites
                .seen()
                .into_iter()
                .filter(|seen| paths.contains(&seen.path))
                .collect(),
            traces,
            notes: sites.notes(SiteName::Api, &origin),
            expected: case.transactions,
        }
    }

    /// Every page worked, and as many transactions came as the case leads to.
    pub(super) fn is_whole(&self) -> Result<(), Mismatch> {
        for outcome in &self.outcomes {
            if outcome.failed.is_some() || !outcome.errors.is_empty() {
                return Err(Mismatch::new("a page that works", format!("{outcome:?}")));
            }
        }
        let came = self.loads.len() + self.called.len() + usize::from(self.served.is_some());
        if came == self.expected {
            return Ok(());
        }
        let names = self.loads.iter().chain(&self.called).chain(&self.served);
        let names: Vec<_> = names
            .map(|transaction| format!("{} {}", transaction.service, transaction.name))
            .collect();
        Err(Mismatch::new(
            format!("{} transactions", self.expected),
            format!("{came}: {}", names.join(", ")),
        ))
    }
}

fn is_browser(transaction: &TransactionRecord) -> bool {
    transaction.environment.as_deref() == Some("browser")
}

/// The path that a service of ours served; the browser names the path of its page too.
fn path(transaction: &TransactionRecord) -> Option<&str> {
    let path = transaction.root.data.get("url.path")?.as_str();
    path.filter(|_| !is_browser(transaction))
}
