//! What all operations have in common: an input, an expectation, and a check that connects them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::case_result::Mismatch;

/// The facts of one case, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector<I, E> {
    /// What goes in.
    pub input: I,
    /// What has to come out.
    pub expect: E,
}

/// A case that direct calls can check.
pub trait Check {
    /// Calls the library and compares.
    ///
    /// # Errors
    /// What came instead of what was expected.
    fn check(&self) -> Result<(), Mismatch>;
}

impl<'a, I: Deserialize<'a>, E: Deserialize<'a>> Vector<I, E> {
    /// Reads both parts; the message says which one is wrong.
    pub(super) fn read(input: &'a RawValue, expect: &'a RawValue) -> Result<Self, String> {
        Ok(Self {
            input: part("input", input)?,
            expect: part("expect", expect)?,
        })
    }
}

/// A field that may be null and has to be there.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer)
}

fn part<'a, T: Deserialize<'a>>(name: &str, json: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(json.get()).map_err(|error| format!("`{name}`: {error}"))
}
