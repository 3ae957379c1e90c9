//! Options that come from variables of the environment.

use sentry_trace_runtime::Options;

use super::error::InitError;
use crate::switch;

/// Reads a variable by its name.
pub(super) type Variable = dyn Fn(&str) -> Option<String>;

const TRACES_SAMPLE_RATE: &str = "SENTRY_TRACES_SAMPLE_RATE";

/// Adds what is not set and the variables say; an empty one counts as not set, and one that is not needed may be wrong.
pub(super) fn complete(options: Options, variable: &Variable) -> Result<Options, InitError> {
    let read = |name| variable(name).filter(|value| !value.trim().is_empty());
    let mut found = Options::new();
    if let Some(dsn) = read("SENTRY_DSN") {
        found = found.dsn(dsn);
    }
    if let Some(release) = read("SENTRY_RELEASE") {
        found = found.release(release);
    }
    if let Some(environment) = read("SENTRY_ENVIRONMENT") {
        found = found.environment(environment);
    }
    if let Some(text) = read("SENTRY_DEBUG") {
        found = found.debug(switch::parse(&text).unwrap_or(true));
    }
    if let Some(text) = read(TRACES_SAMPLE_RATE).filter(|_| !options.samples()) {
        found = found.traces_sample_rate(rate(text)?);
    }
    Ok(options.or(found))
}

fn rate(text: String) -> Result<f64, InitError> {
    let rate = text.trim().parse().ok();
    rate.filter(|rate| (0.0..=1.0).contains(rate))
        .ok_or(InitError::Variable {
            name: TRACES_SAMPLE_RATE,
            value: text,
            reason: "a rate is a number from 0 to 1",
        })
}
