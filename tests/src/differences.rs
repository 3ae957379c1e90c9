//! Where other implementations differ from PROTOCOL.md, as data: `tests/peers/differences.toml`.
//!
//! A row says what the rule expects and what was seen. It is for a case that fails in just that way; a case that passes, or
//! another version of the implementation, makes the row stale, and that is a failure.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::case_result::CaseResult;

/// All differences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Differences {
    #[serde(default, rename = "difference")]
    list: Vec<Difference>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Difference {
    /// The peer, as the report names it.
    pub peer: String,
    /// The implementation and its version, as it names itself.
    pub version: String,
    /// The scenario.
    pub scenario: String,
    /// The id of the case.
    pub case: String,
    /// The rule of PROTOCOL.md.
    pub rule: String,
    /// What the rule expects.
    pub expected: String,
    /// What was seen.
    pub seen: String,
}

impl Differences {
    /// The file of this package.
    #[must_use]
    pub fn own_file() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/differences.toml")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, or a row has an unknown, a missing or an empty field.
    pub fn load(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let differences: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let is_empty =
            |row: &&Difference| [&row.rule, &row.expected, &row.seen].contains(&&String::new());
        match differences.list.iter().find(is_empty) {
            Some(row) => Err(format!("{}: an empty field", row.describe())),
            None => Ok(differences),
        }
    }

    /// Those of one peer.
    pub(crate) fn of<'a>(&'a self, peer: &str) -> Vec<&'a Difference> {
        self.list.iter().filter(|row| row.peer == peer).collect()
    }
}

impl Difference {
    /// Whether the case failed just as the row says.
    #[must_use]
    pub fn matches(&self, result: &CaseResult) -> bool {
        let is_seen = |mismatch: &crate::case_result::Mismatch| {
            mismatch.expected == self.expected && mismatch.got == self.seen
        };
        self.is_of(result) && result.outcome.as_ref().is_err_and(is_seen)
    }

    /// Why the row has no place any more, among the cases and the implementations that ran.
    pub(crate) fn staleness(&self, results: &[CaseResult], sdks: &[String]) -> Option<String> {
        let stale = |what: &str| Some(format!("stale difference: {}: {what}", self.describe()));
        let Some(result) = results.iter().find(|result| self.is_of(result)) else {
            return stale("there is no such case");
        };
        if result.outcome.is_ok() {
            return stale("it no longer differs");
        }
        if !sdks.contains(&self.version) {
            return stale(&format!(
                "{} is not what ran: {}",
                self.version,
                sdks.join(", ")
            ));
        }
        None
    }

    fn is_of(&self, result: &CaseResult) -> bool {
        result.suite == self.scenario && result.case == self.case
    }

    fn describe(&self) -> String {
        format!(
            "peer {}, scenario {}, case {}",
            self.peer, self.scenario, self.case
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case_result::Mismatch;

    fn row() -> Difference {
        let text = "[[difference]]\npeer = \"node\"\nversion = \"sdk 1\"\nscenario = \"s\"\ncase = \"c\"\n\
            rule = \"R1\"\nexpected = \"this\"\nseen = \"that\"\n";
        Differences::parse(text).expect("a row").list.remove(0)
    }

    fn result(outcome: Result<(), Mismatch>) -> CaseResult {
        CaseResult {
            suite: "s".to_owned(),
            case: "c".to_owned(),
            outcome,
        }
    }

    #[test]
    fn a_row_is_for_what_was_seen() {
        assert!(row().matches(&result(Err(Mismatch::new("this", "that")))));
        assert!(!row().matches(&result(Err(Mismatch::new("this", "something else")))));
        assert!(!row().matches(&result(Ok(()))));
    }

    #[test]
    fn what_no_longer_differs_is_stale() {
        let differs = [result(Err(Mismatch::new("this", "that")))];
        let stale = |results: &[CaseResult], sdk: &str| row().staleness(results, &[sdk.to_owned()]);
        assert_eq!(stale(&differs, "sdk 1"), None);
        let newer = stale(&differs, "sdk 2").expect("stale");
        assert!(newer.ends_with("sdk 1 is not what ran: sdk 2"), "{newer}");
        let same = stale(&[result(Ok(()))], "sdk 1").expect("stale");
        assert!(same.ends_with("it no longer differs"), "{same}");
        assert!(stale(&[], "sdk 1").is_some());
    }

    #[test]
    fn every_field_is_needed() {
        let error = Differences::parse("[[difference]]\npeer = \"node\"").expect_err("refused");
        assert!(error.contains("missing field"), "{error}");
        assert!(Differences::load(&Differences::own_file()).is_ok());
    }
}
