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

use crate::continue_trace::trace_data;

pub use crate::environment::{Environment, SENTRY_BAGGAGE, SENTRY_TRACE, SENTRY_USE_ENVIRONMENT};

/// Hands the current trace to a child process. A `Command` of tokio's has one inside: `command.as_std_mut()`.
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
