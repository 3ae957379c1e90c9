//! What a rule reports.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    path: String,
    line: usize,
    rule: &'static str,
    what: String,
}

impl Violation {
    /// `line` counts from 1.
    pub(super) fn new(
        rule: &'static str,
        path: &str,
        line: usize,
        what: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            line,
            rule,
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            rule,
            what,
        } = self;
        write!(f, "{path}:{line}: {rule}: {what}")
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_like_a_compilers_message() {
        let violation = super::Violation::new("size", "src/lib.rs", 7, "too long");
        assert_eq!(violation.to_string(), "src/lib.rs:7: size: too long");
    }
}
