//! The trace across processes: environment variables in and out (rule R12).
//!
//! ```
//! use std::process::Command;
//! use sentry_trace_runtime::process::{CommandExt, Environment};
//! use sentry_trace_runtime::{Options, Tracer};
//!
//! let tracer = Tracer::new(Options::new())?;
//! let root = tracer.start_new_trace().start_span("backup").enter();
//! let mut command = Command::new("tar");
//! command.propagate_trace();
//! let variables: Vec<_> = command.get_envs().map(|(name, _)| name.to_str().unwrap()).collect();
//! assert_eq!(variables, ["SENTRY_BAGGAGE", "SENTRY_TRACE"]);
//!
//! // What the child makes of it:
//! let value = |name: &str| {
//!     let mut variables = command.get_envs();
//!     variables.find(|(key, _)| *key == name)?.1?.to_str().map(str::to_owned)
//! };
//! let environment = Environment::read(value).expect("the parent wrote them");
//! let continued = tracer.continue_trace(environment.incoming());
//! assert_eq!(Some(continued.trace_id()), root.trace_id());
//! # Ok::<(), sentry_trace_runtime::OptionsError>(())
//! ```

use std::process::Command;

use sentry_trace_core::continuation::{Incoming, SingleLines};

use crate::handle::trace_data;

/// The variable that carries the value of `sentry-trace`.
pub const SENTRY_TRACE: &str = "SENTRY_TRACE";

/// The variable that carries the value of `baggage`.
pub const SENTRY_BAGGAGE: &str = "SENTRY_BAGGAGE";

/// The variable that switches reading off.
pub const SENTRY_USE_ENVIRONMENT: &str = "SENTRY_USE_ENVIRONMENT";

/// What a process was started with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    sentry_trace: Option<String>,
    baggage: Option<String>,
}

impl Environment {
    /// Reads the variables; `None` when `SENTRY_USE_ENVIRONMENT` is false, no, off, n or 0 in any case.
    ///
    /// Names are case-sensitive; there are no other ones.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let switch = variable(SENTRY_USE_ENVIRONMENT);
        let off = |value: &str| {
            ["false", "no", "off", "n", "0"]
                .iter()
                .any(|off| value.eq_ignore_ascii_case(off))
        };
        (!switch.as_deref().is_some_and(off)).then(|| Self {
            sentry_trace: variable(SENTRY_TRACE),
            baggage: variable(SENTRY_BAGGAGE),
        })
    }

    /// The values as if they had come in headers.
    #[must_use]
    pub fn incoming(&self) -> SingleLines<'_> {
        Incoming {
            sentry_trace: self.sentry_trace.as_deref().map(str::as_bytes),
            baggage: self.baggage.as_deref().map(str::as_bytes),
            traceparent: None,
        }
    }
}

/// Hands the current trace to a child process.
pub trait CommandExt {
    /// Sets `SENTRY_TRACE` and `SENTRY_BAGGAGE` for the current trace; this process' own ones are never inherited.
    #[doc(alias = "getTraceData")]
    fn propagate_trace(&mut self) -> &mut Self;
}

impl CommandExt for Command {
    fn propagate_trace(&mut self) -> &mut Self {
        self.env_remove(SENTRY_TRACE).env_remove(SENTRY_BAGGAGE);
        if let Some(data) = trace_data() {
            self.env(SENTRY_TRACE, data.sentry_trace);
            if let Some(baggage) = data.baggage {
                self.env(SENTRY_BAGGAGE, baggage);
            }
        }
        self
    }
}
