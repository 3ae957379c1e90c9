//! `env.read` (rule R12).

use std::collections::BTreeMap;

use sentry_trace_runtime::process::Environment;
use serde::Deserialize;

use super::context::{Frozen, refused};
use super::continuation::{self, Continued};
use super::options::OptionsInput;
use super::reading::{Check, Vector};
use crate::case_result::{Mismatch, compare};

/// `env.read`
pub type Read = Vector<ReadInput, ReadExpect>;

/// What goes in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReadInput {
    /// The variables of the process.
    pub env: BTreeMap<String, String>,
    /// The options of the service.
    #[serde(default)]
    pub options: OptionsInput,
}

/// What has to come out: whether the variables are read, and the fields of [`Continued`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
#[allow(missing_docs, reason = "see `Continued`")]
pub struct ReadExpect {
    /// Whether the variables are read.
    pub reads: bool,
    pub continued: bool,
    pub trace_id: Option<String>,
    pub parent_span_id: Option<String>,
    pub parent_sampled: Option<bool>,
    pub dsc: Option<Frozen>,
}

impl ReadExpect {
    /// What has to come of the values.
    #[must_use]
    pub fn continued(&self) -> Continued {
        Continued {
            continued: self.continued,
            trace_id: self.trace_id.clone(),
            parent_span_id: self.parent_span_id.clone(),
            parent_sampled: self.parent_sampled,
            dsc: self.dsc.clone(),
        }
    }
}

impl Check for Read {
    fn check(&self) -> Result<(), Mismatch> {
        let environment = Environment::read(|name| self.input.env.get(name).cloned());
        compare(&self.expect.reads, &environment.is_some())?;
        let tracer = self.input.options.tracer().map_err(refused)?;
        match &environment {
            None => compare(&self.expect.continued(), &Continued::NOT),
            Some(values) => {
                continuation::check(&self.expect.continued(), &tracer, || values.incoming())
            }
        }
    }
}
