//! The options that an input may name, as those of a real tracer.

use sentry_trace_core::targets::Target;
use sentry_trace_runtime::{Options, OptionsError, Tracer};
use serde::Deserialize;

/// `options` of an input; what is absent is not set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OptionsInput {
    /// `org_id`
    pub org_id: Option<String>,
    /// `dsn`
    pub dsn: Option<String>,
    /// `strict_trace_continuation`
    pub strict: Option<bool>,
    /// `continue_traceparent`
    pub continue_traceparent: Option<bool>,
    /// `propagate_traceparent`
    pub propagate_traceparent: Option<bool>,
    /// `trace_propagation_targets`
    pub targets: Option<Vec<TargetInput>>,
    /// `release`
    pub release: Option<String>,
    /// `environment`
    pub environment: Option<String>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum TargetInput {
    /// A substring of the text.
    Substring(String),
    /// A regular expression on the text.
    Regex(String),
    /// The exact host.
    Host(String),
    /// Scheme, host and port.
    Origin(String),
    /// The host or a domain above it.
    Domain(String),
}

impl OptionsInput {
    /// A tracer with these options, apart from the variables of this process.
    ///
    /// # Errors
    /// An option cannot be used.
    pub fn tracer(&self) -> Result<Tracer, OptionsError> {
        Tracer::new(self.options().ignore_environment())
    }

    /// These options and no others.
    pub fn options(&self) -> Options {
        let mut options = Options::new()
            .strict_trace_continuation(self.strict == Some(true))
            .continue_traceparent(self.continue_traceparent == Some(true))
            .propagate_traceparent(self.propagate_traceparent == Some(true));
        if let Some(org_id) = &self.org_id {
            options = options.org_id(org_id);
        }
        if let Some(dsn) = &self.dsn {
            options = options.dsn(dsn);
        }
        if let Some(targets) = &self.targets {
            options = options.trace_propagation_targets(targets.iter().map(TargetInput::target));
        }
        if let Some(release) = &self.release {
            options = options.release(release);
        }
        if let Some(environment) = &self.environment {
            options = options.environment(environment);
        }
        options
    }
}

impl TargetInput {
    /// The target as it is given to the options.
    #[must_use]
    pub fn target(&self) -> Target {
        match self {
            Self::Substring(text) => Target::substring(text),
            Self::Regex(text) => Target::regex(text),
            Self::Host(text) => Target::host(text),
            Self::Origin(text) => Target::origin(text),
            Self::Domain(text) => Target::domain(text),
        }
    }
}
