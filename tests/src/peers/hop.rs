//! A service in a chain: which implementation, with which settings.

use std::collections::BTreeMap;
use std::fmt;

use crate::e2e::Pair;

/// An implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// `rust-peer`, with a server and a client.
    Rust(&'static str, &'static str),
    /// The Sentry SDK for Node.js, with express and fetch.
    Node,
    /// The Sentry SDK for Python, with flask and httpx.
    Python,
    /// Plain OpenTelemetry, in Rust.
    Otel,
}

/// A service and its settings; two with the same settings are one process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hop {
    pub(super) kind: Kind,
    pub(super) settings: BTreeMap<&'static str, String>,
}

/// How spans are sent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Format {
    Transaction,
    SpanStream,
}

/// The Rust service of scenarios that are not about frameworks.
pub(super) const RUST: Kind = Kind::Rust("axum", "reqwest");

/// The release of every service that is not given another one.
pub(super) const RELEASE: &str = "peer@1.0";

impl Kind {
    pub(super) fn of_pair(pair: Pair) -> Self {
        Self::Rust(pair.server.name(), pair.client.name())
    }

    /// The name of the peer, for `--peers`.
    pub(super) const fn peer(self) -> &'static str {
        match self {
            Self::Rust(..) => "rust",
            Self::Node => "node",
            Self::Python => "python",
            Self::Otel => "otel",
        }
    }

    pub(super) const fn is_rust(self) -> bool {
        matches!(self, Self::Rust(..))
    }

    /// A service with rate 1 that sends transactions.
    pub(super) fn hop(self) -> Hop {
        self.unsampled_hop().set("PEER_SAMPLE_RATE", "1")
    }

    /// A service that has no sampling configured.
    pub(super) fn unsampled_hop(self) -> Hop {
        let settings = [
            ("PEER_RELEASE", RELEASE.to_owned()),
            ("PEER_FORMAT", "transaction".to_owned()),
        ];
        Hop {
            kind: self,
            settings: settings.into(),
        }
    }
}

impl Hop {
    pub(super) fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.settings.insert(name, value.into());
        self
    }

    pub(super) fn rate(self, rate: &str) -> Self {
        self.set("PEER_SAMPLE_RATE", rate)
    }

    pub(super) fn format(self, format: Format) -> Self {
        self.set("PEER_FORMAT", format.name())
    }
}

impl Format {
    pub(super) const BOTH: [Self; 2] = [Self::Transaction, Self::SpanStream];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Transaction => "transaction",
            Self::SpanStream => "span-stream",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rust(server, client) => write!(f, "{server}+{client}"),
            other => f.write_str(other.peer()),
        }
    }
}
