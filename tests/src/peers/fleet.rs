//! All services of a run: each combination of settings is one process, started once and stopped at the end.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};
use sentry_trace_collector::Collector;

use super::evidence::Evidence;
use super::hop::{Hop, Kind};
use super::install::Program;
use super::process::Process;

/// How many processes start at the same time.
const AT_ONCE: usize = 4;

/// Services that run, and the collector that all of them send to.
pub(super) struct Fleet {
    collector: Collector,
    members: BTreeMap<Hop, Member>,
}

/// A service that runs.
pub(super) struct Member {
    pub(super) process: Process,
    /// The public key of its DSN, which tells its envelopes from those of others.
    pub(super) key: String,
}

impl Fleet {
    /// Starts every service that is named, once.
    pub(super) async fn start<'a>(
        hops: impl Iterator<Item = &'a Hop>,
        program: impl Fn(Kind) -> Program,
    ) -> Result<Self, String> {
        let collector = Collector::start()
            .await
            .map_err(|error| error.to_string())?;
        let distinct: std::collections::BTreeSet<_> = hops.cloned().collect();
        let starts = distinct.into_iter().enumerate().map(|(number, hop)| {
            let key = format!("peer{number}");
            let mut command = program(hop.kind).command(hop.kind);
            command
                .envs(&hop.settings)
                .env("SENTRY_DSN", collector.dsn_with(&key, "1"));
            async move {
                let process = Process::start(command).await;
                let process = process.map_err(|error| format!("{}: {error}", hop.kind))?;
                Ok::<_, String>((hop, Member { process, key }))
            }
        });
        let started: Vec<_> = stream::iter(starts)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        Ok(Self {
            members: started.into_iter().collect::<Result<_, _>>()?,
            collector,
        })
    }

    pub(super) fn member(&self, hop: &Hop) -> Option<&Member> {
        self.members.get(hop)
    }

    /// Stops everything, each service after it has delivered what it has, and reads what was received.
    pub(super) async fn stop(self) -> (Evidence, Vec<String>) {
        let stops = self.members.into_iter().map(|(hop, member)| async move {
            let stopped = member.process.stop().await;
            stopped.map_err(|error| format!("{}: {error}", hop.kind))
        });
        let stopped: Vec<_> = stream::iter(stops)
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let evidence = Evidence::gather(&self.collector);
        self.collector.shutdown().await;
        (
            evidence,
            stopped.into_iter().filter_map(Result::err).collect(),
        )
    }
}
