//! Why a target is refused.

use alloc::string::String;
use core::fmt;

use super::target::TargetKind;

/// A propagation target that cannot be meant (rule R9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetError {
    pub(super) kind: TargetKind,
    pub(super) text: String,
    pub(super) reason: TargetErrorReason,
}

impl TargetError {
    /// The kind of the refused target.
    #[must_use]
    pub fn kind(&self) -> TargetKind {
        self.kind
    }

    /// The refused text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with it.
    #[must_use]
    pub fn reason(&self) -> &TargetErrorReason {
        &self.reason
    }
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "trace propagation target {}({:?}): {}",
            self.kind, self.text, self.reason
        )
    }
}

impl core::error::Error for TargetError {}

/// What is wrong with a target.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetErrorReason {
    /// There is no text.
    Empty,
    /// A character outside ASCII: an international name is written in punycode.
    NotAscii,
    /// White space or a control character.
    WhiteSpace,
    /// A `*`: there are no wildcards, [`Target::domain`](super::Target::domain) takes in the subdomains.
    Wildcard,
    /// A dot at the start.
    LeadingDot,
    /// A host or domain with a scheme.
    Scheme,
    /// An origin without a scheme and `//`.
    MissingScheme,
    /// User name or password.
    Userinfo,
    /// A host or domain with a port.
    Port,
    /// The port of an origin is not a number from 0 to 65535.
    InvalidPort,
    /// A slash after the host, or a backslash.
    Path,
    /// A `?` or `#`.
    QueryOrFragment,
    /// An IPv6 address without brackets.
    MissingBrackets,
    /// No host, or none before the port.
    MissingHost,
    /// Neither a host name nor an IP address.
    InvalidHost,
    /// The pattern does not compile: the regex engine's own words.
    Regex(String),
}

impl fmt::Display for TargetErrorReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "is empty",
            Self::NotAscii => "is not ASCII, write an international name in punycode (xn--)",
            Self::WhiteSpace => "has white space or a control character",
            Self::Wildcard => "has a *, which is not supported: a domain target matches the host and its subdomains",
            Self::LeadingDot => "has a leading dot: a domain target matches the host and its subdomains",
            Self::Scheme => "has a scheme: an origin target compares scheme, host and port",
            Self::MissingScheme => "has no scheme, an origin begins like https://",
            Self::Userinfo => "has userinfo (text before an @)",
            Self::Port => "has a port: an origin target compares scheme, host and port",
            Self::InvalidPort => "has a port that is not a number from 0 to 65535",
            Self::Path => "has a path or another slash, which this kind of target does not compare",
            Self::QueryOrFragment => "has a query or a fragment, which this kind of target does not compare",
            Self::MissingBrackets => "is an IPv6 address without brackets",
            Self::MissingHost => "has no host",
            Self::InvalidHost => "has a host that is neither a name nor an IP address",
            Self::Regex(error) => error,
        })
    }
}
