//! Why a DSN is refused.

use core::fmt;

/// Why a text is no DSN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DsnError {
    /// Nothing but white space.
    Empty,
    /// No `://`, or nothing before it.
    MissingScheme,
    /// A scheme other than `https` and `http`.
    UnsupportedScheme,
    /// No text between `://` and `@`, or no `@`.
    MissingPublicKey,
    /// The public key has a character other than `A-Z a-z 0-9 - . _ ~`.
    InvalidPublicKey,
    /// No text after `@`.
    MissingHost,
    /// The host is not ASCII, has a character that hosts do not have, or is a malformed IPv6 address.
    InvalidHost,
    /// The port is not a number from 0 to 65535.
    InvalidPort,
    /// The path has a character that paths do not have.
    InvalidPath,
    /// Nothing after the last slash.
    MissingProjectId,
    /// The project id has a character other than `A-Z a-z 0-9 - _`.
    InvalidProjectId,
    /// A `?` or `#`; a DSN has neither query nor fragment.
    QueryOrFragment,
}

impl fmt::Display for DsnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the DSN is empty",
            Self::MissingScheme => "the DSN has no scheme, it begins with https:// or http://",
            Self::UnsupportedScheme => "the DSN's scheme is neither https nor http",
            Self::MissingPublicKey => "the DSN has no public key, it stands before an @",
            Self::InvalidPublicKey => {
                "the DSN's public key has a character other than A-Z a-z 0-9 - . _ ~"
            }
            Self::MissingHost => "the DSN has no host",
            Self::InvalidHost => {
                "the DSN's host is neither an ASCII name nor an IP address (IPv6 in brackets)"
            }
            Self::InvalidPort => "the DSN's port is not a number from 0 to 65535",
            Self::InvalidPath => "the DSN's path has a character that is not allowed in a URL",
            Self::MissingProjectId => "the DSN has no project id, it stands after the last slash",
            Self::InvalidProjectId => {
                "the DSN's project id has a character other than A-Z a-z 0-9 - _"
            }
            Self::QueryOrFragment => "the DSN has a query or a fragment",
        })
    }
}

impl core::error::Error for DsnError {}
