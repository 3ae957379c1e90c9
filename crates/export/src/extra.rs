//! What another library knows about a transaction, to be written into its event.

/// Members of the event, as JSON. A sink leaves it in
/// [`Transaction::surroundings`](sentry_trace_runtime::Transaction::surroundings).
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// Members of the event itself, `user` or `tags` for example.
    pub(crate) members: Vec<(&'static str, Vec<u8>)>,
    /// Contexts beside `trace`.
    pub(crate) contexts: Vec<(String, Vec<u8>)>,
}
