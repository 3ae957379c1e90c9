//! One propagation target, as it is written in the options.

use alloc::string::String;
use core::fmt;

/// One entry of `trace_propagation_targets` (rule R9). It is checked when [`Targets::new`](super::Targets::new) takes it.
#[derive(Clone, Debug)]
pub struct Target(pub(super) Written);

#[derive(Clone, Debug)]
pub(super) enum Written {
    Text(TargetKind, String),
    #[cfg(feature = "regex")]
    Compiled(regex::Regex),
}

impl Target {
    /// URLs whose text contains this text, upper and lower case told apart. The text is the URL without userinfo and
    /// fragment; path and query belong to it, so that a foreign URL can match too.
    #[must_use]
    pub fn substring(text: impl Into<String>) -> Self {
        Self(Written::Text(TargetKind::Substring, text.into()))
    }

    /// URLs in whose text this regex finds a match, at any place unless it is anchored. The text is the same as for a
    /// substring.
    #[cfg(feature = "regex")]
    #[must_use]
    pub fn regex(pattern: impl Into<String>) -> Self {
        Self(Written::Text(TargetKind::Regex, pattern.into()))
    }

    /// URLs with exactly this host, at any port: `api.example.com`, `127.0.0.1` or `[::1]`.
    #[must_use]
    pub fn host(host: impl Into<String>) -> Self {
        Self(Written::Text(TargetKind::Host, host.into()))
    }

    /// URLs with exactly this scheme, host and port: `https://example.com` or `http://localhost:3000`.
    #[must_use]
    pub fn origin(origin: impl Into<String>) -> Self {
        Self(Written::Text(TargetKind::Origin, origin.into()))
    }

    /// URLs with this host or a subdomain of it, at any port: `example.com`.
    #[must_use]
    pub fn domain(domain: impl Into<String>) -> Self {
        Self(Written::Text(TargetKind::Domain, domain.into()))
    }
}

impl From<&str> for Target {
    fn from(text: &str) -> Self {
        Self::substring(text)
    }
}

impl From<String> for Target {
    fn from(text: String) -> Self {
        Self::substring(text)
    }
}

#[cfg(feature = "regex")]
impl From<regex::Regex> for Target {
    fn from(regex: regex::Regex) -> Self {
        Self(Written::Compiled(regex))
    }
}

/// What a target compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetKind {
    /// The URL's text, literally.
    Substring,
    /// The URL's text, by pattern.
    Regex,
    /// The host.
    Host,
    /// Scheme, host and port.
    Origin,
    /// The host and what is above it.
    Domain,
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Substring => "substring",
            Self::Regex => "regex",
            Self::Host => "host",
            Self::Origin => "origin",
            Self::Domain => "domain",
        })
    }
}
