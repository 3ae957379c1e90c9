//! Other implementations, as processes of their own: each group of peers is run by one function.
//!
//! A peer that the machine has no tools for does not run, and is counted as not run, never as passed.

mod browser;
mod case;
mod chain;
mod chains;
mod evidence;
mod fleet;
mod hop;
mod install;
mod outcome;
mod process;
mod relay;
mod scenarios;
mod seen;
pub mod service;

pub use outcome::Outcome;

use crate::case_result::CaseResult;

/// Peers that one function runs, so that chains can lead through several of them.
pub struct Group {
    /// The names of the peers, for `--peers`.
    pub names: &'static [&'static str],
    /// Runs those of them that were asked for.
    pub run: fn(asked: &[&'static str]) -> Vec<Outcome>,
}

/// The name of the browser's peer.
pub const BROWSER: &str = "browser";

/// The name of Sentry's ingestion side as a peer.
pub const RELAY: &str = "relay";

/// Every group, in the order in which they run.
const GROUPS: &[Group] = &[
    Group {
        names: chains::NAMES,
        run: chains::run,
    },
    Group {
        names: &[BROWSER],
        run: |_| vec![outcome(BROWSER, browser::run())],
    },
    Group {
        names: &[RELAY],
        run: |_| vec![outcome(RELAY, relay::run())],
    },
];

fn outcome(peer: &'static str, results: Result<Vec<CaseResult>, String>) -> Outcome {
    match results {
        Ok(results) => Outcome::Ran {
            driver: peer,
            sdks: Vec::new(),
            results,
        },
        Err(reason) => Outcome::NotRun { peer, reason },
    }
}

/// The name of a known peer.
#[must_use]
pub fn find(name: &str) -> Option<&'static str> {
    all().find(|known| *known == name)
}

/// Whether these are all peers that there are.
#[must_use]
pub fn are_all(names: &[&'static str]) -> bool {
    all().all(|known| names.contains(&known))
}

/// The names of all peers, for messages.
#[must_use]
pub fn names() -> String {
    all().collect::<Vec<_>>().join(", ")
}

/// Runs these peers.
pub fn run(asked: &[&'static str]) -> Vec<Outcome> {
    let run = |group: &Group| {
        let of_group: Vec<_> = asked
            .iter()
            .copied()
            .filter(|name| group.names.contains(name))
            .collect();
        if of_group.is_empty() {
            Vec::new()
        } else {
            (group.run)(&of_group)
        }
    };
    GROUPS.iter().flat_map(run).collect()
}

fn all() -> impl Iterator<Item = &'static str> {
    GROUPS.iter().flat_map(|group| group.names).copied()
}
