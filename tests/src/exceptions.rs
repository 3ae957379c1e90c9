//! Cases that are known to fail on a driver, each with a reason: `tests/exceptions.toml`.
//!
//! An exception is for a case that fails. One that matches nothing, or a case that passes, is stale, and that is a failure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case_result::CaseResult;
use crate::drivers::{self, Driver};

/// All exceptions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exceptions {
    #[serde(default, rename = "exception")]
    list: Vec<Exception>,
}

/// One exception.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Exception {
    /// The name of the driver, or what names begin with and a `*`.
    pub driver: String,
    /// The name of the suite.
    pub suite: String,
    /// The id of the case, or what ids begin with and a `*`.
    pub case: String,
    /// Why it fails.
    pub reason: String,
}

impl Exceptions {
    /// The file of this package.
    #[must_use]
    pub fn own_file() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("exceptions.toml")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, has an unknown field or driver, or a reason is missing or empty.
    pub fn load(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let exceptions: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for exception in &exceptions.list {
            if exception.reason.trim().is_empty() {
                return Err(format!("{}: the reason is empty", exception.describe()));
            }
            if !drivers::ALL.iter().any(|driver| exception.is_of(driver)) {
                let (what, names) = (exception.describe(), drivers::names());
                return Err(format!("{what}: unknown driver; known are {names}"));
            }
        }
        Ok(exceptions)
    }

    /// Those of one driver.
    pub(crate) fn of<'a>(&'a self, driver: &Driver) -> Vec<&'a Exception> {
        let list = self.list.iter();
        list.filter(|exception| exception.is_of(driver)).collect()
    }
}

/// Whether a name is the pattern, or begins with what stands before its `*`.
fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

impl Exception {
    fn is_of(&self, driver: &Driver) -> bool {
        is_like(driver.name, &self.driver)
    }

    /// Whether the exception speaks of this case.
    #[must_use]
    pub fn matches(&self, result: &CaseResult) -> bool {
        is_like(&result.case, &self.case) && result.suite == self.suite
    }

    /// Why the exception has no place any more.
    pub(crate) fn staleness(&self, results: &[CaseResult]) -> Vec<String> {
        let mut matched = results
            .iter()
            .filter(|result| self.matches(result))
            .peekable();
        let stale = |what: &str| format!("stale exception: {}: {what}", self.describe());
        if matched.peek().is_none() {
            return vec![stale("it matches no case")];
        }
        matched
            .filter(|result| result.outcome.is_ok())
            .map(|result| stale(&format!("case {} passes", result.case)))
            .collect()
    }

    fn describe(&self) -> String {
        format!(
            "driver {}, suite {}, case {}",
            self.driver, self.suite, self.case
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case_result::Mismatch;

    fn result(case: &str, passes: bool) -> CaseResult {
        CaseResult {
            suite: "suite".to_owned(),
            case: case.to_owned(),
            outcome: if passes {
                Ok(())
            } else {
                Err(Mismatch::new("a", "b"))
            },
        }
    }

    fn exception(case: &str) -> Exception {
        Exception {
            driver: "core".to_owned(),
            suite: "suite".to_owned(),
            case: case.to_owned(),
            reason: "known".to_owned(),
        }
    }

    #[test]
    fn an_exception_is_for_a_case_that_fails() {
        let results = [result("a/1", false), result("a/2", true)];
        assert!(exception("a/1").staleness(&results).is_empty());
        let stale = |case: &str| exception(case).staleness(&results).join("\n");
        assert!(stale("a/2").ends_with("case a/2 passes"));
        assert!(stale("a/*").ends_with("case a/2 passes"));
        assert!(stale("b/*").ends_with("it matches no case"));
        assert!(stale("a/").ends_with("it matches no case"));
    }

    #[test]
    fn a_reason_and_a_known_driver_are_needed() {
        let file = |driver: &str, reason: &str| {
            format!("[[exception]]\ndriver = \"{driver}\"\nsuite = \"s\"\ncase = \"c\"\n{reason}")
        };
        let error = |driver: &str, reason: &str| {
            Exceptions::parse(&file(driver, reason)).expect_err("refused")
        };
        assert!(Exceptions::parse(&file("core", "reason = \"known\"")).is_ok());
        assert!(error("core", "").contains("missing field `reason`"));
        assert!(error("core", "reason = \" \"").contains("the reason is empty"));
        assert!(error("none", "reason = \"known\"").contains("unknown driver; known are core"));
        assert!(error("core", "reason = \"known\"\nuntil = 1").contains("unknown field `until`"));
    }
}
