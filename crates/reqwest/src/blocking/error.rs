//! What can go wrong.

use std::fmt;

use crate::journey::TooManyRedirects;

/// Why there is no response.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// reqwest could not build or send the request.
    Reqwest(reqwest::Error),
    /// More redirects than [`TraceMiddleware::max_redirects`](crate::TraceMiddleware::max_redirects) allows.
    TooManyRedirects(TooManyRedirects),
}

impl From<reqwest::Error> for Error {
    fn from(error: reqwest::Error) -> Self {
        Self::Reqwest(error)
    }
}

impl From<TooManyRedirects> for Error {
    fn from(error: TooManyRedirects) -> Self {
        Self::TooManyRedirects(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reqwest(error) => error.fmt(f),
            Self::TooManyRedirects(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Reqwest(error) => error.source(),
            Self::TooManyRedirects(_) => None,
        }
    }
}
