//! Why tracing cannot be switched on.

use std::fmt;

use sentry_trace_runtime::OptionsError;

/// Why tracing cannot be switched on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InitError {
    /// An option, from whichever place it came.
    Options(OptionsError),
    /// A variable of the environment.
    Variable {
        /// Its name.
        name: &'static str,
        /// Its value.
        value: String,
        /// Why it cannot be used.
        reason: &'static str,
    },
}

impl From<OptionsError> for InitError {
    fn from(error: OptionsError) -> Self {
        Self::Options(error)
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Options(error) => error.fmt(f),
            Self::Variable {
                name,
                value,
                reason,
            } => write!(f, "variable {name} = {value:?}: {reason}"),
        }
    }
}

impl std::error::Error for InitError {}
