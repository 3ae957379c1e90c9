//! What another library knows about a transaction, to be written into its event.

use sentry_trace_runtime::Transaction;

/// Members of the event, as JSON. A sink leaves it in
/// [`Transaction::surroundings`](sentry_trace_runtime::Transaction::surroundings).
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// Members of the event itself, `user` or `tags` for example.
    pub(crate) members: Vec<(&'static str, Vec<u8>)>,
    /// Contexts beside `trace`.
    pub(crate) contexts: Vec<(String, Vec<u8>)>,
    /// The user, as attributes of streamed spans, which have no events.
    pub(crate) user: Vec<(&'static str, String)>,
}

impl Extra {
    /// What a sink left, if one did.
    pub(crate) fn of(transaction: &Transaction) -> Option<&Self> {
        transaction.surroundings.as_ref()?.downcast_ref()
    }
}
