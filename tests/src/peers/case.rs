//! A case of a scenario: a chain, and what must be true of it once all services have delivered.

use super::chain::{Chain, Ran};
use super::evidence::Evidence;
use crate::suites::check::Check;

/// Judges what came of a chain.
type Judge = Box<dyn Fn(&Ran, &Evidence) -> Check>;

/// A case.
pub(super) struct Case {
    /// The scenario.
    pub(super) scenario: &'static str,
    /// The id, unique in the scenario of its driver.
    pub(super) id: String,
    pub(super) chain: Chain,
    pub(super) check: Judge,
}

impl Case {
    /// A case whose id is the chain's path and `what`.
    pub(super) fn new(
        scenario: &'static str,
        what: &str,
        chain: Chain,
        check: impl Fn(&Ran, &Evidence) -> Check + 'static,
    ) -> Self {
        Self {
            scenario,
            id: format!("{} {what}", chain.path()).trim().to_owned(),
            chain,
            check: Box::new(check),
        }
    }

    /// The name under which the report shows it: the peers of the chain that are not Rust.
    pub(super) fn driver(&self) -> &'static str {
        let has = |peer| self.chain.hops.iter().any(|hop| hop.kind.peer() == peer);
        match (has("node"), has("python"), has("otel")) {
            (true, true, _) => "node+python",
            (true, ..) => "node",
            (_, true, _) => "python",
            (.., true) => "otel",
            _ => "rust",
        }
    }
}
