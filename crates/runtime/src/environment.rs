//! The variables that a process was started with (rule R12).

use sentry_trace_core::continuation::{Incoming, SingleLines};

/// The variable that carries the value of `sentry-trace`.
pub const SENTRY_TRACE: &str = "SENTRY_TRACE";

/// The variable that carries the value of `baggage`.
pub const SENTRY_BAGGAGE: &str = "SENTRY_BAGGAGE";

/// The variable that switches reading off.
pub const SENTRY_USE_ENVIRONMENT: &str = "SENTRY_USE_ENVIRONMENT";

/// What a process was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    sentry_trace: Option<Vec<u8>>,
    baggage: Option<Vec<u8>>,
}

impl Environment {
    /// Reads the variables; `None` when `SENTRY_USE_ENVIRONMENT` is false, no, off, n or 0 in any case.
    ///
    /// Names are case-sensitive; there are no other ones. Values are texts or bytes.
    pub fn read<V: Into<Vec<u8>>>(variable: impl Fn(&str) -> Option<V>) -> Option<Self> {
        let variable = |name| variable(name).map(V::into);
        let off = |value: Vec<u8>| {
            ["false", "no", "off", "n", "0"]
                .iter()
                .any(|off| value.eq_ignore_ascii_case(off.as_bytes()))
        };
        (!variable(SENTRY_USE_ENVIRONMENT).is_some_and(off)).then(|| Self {
            sentry_trace: variable(SENTRY_TRACE),
            baggage: variable(SENTRY_BAGGAGE),
        })
    }

    /// The values as if they had come in headers.
    #[must_use]
    pub fn incoming(&self) -> SingleLines<'_> {
        Incoming {
            sentry_trace: self.sentry_trace.as_deref(),
            baggage: self.baggage.as_deref(),
            traceparent: None,
        }
    }
}
