//! What came of one case on one driver.

use std::fmt;

use serde::Serialize;

/// A case that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// The suite. One that runs vectors bears the name of their op.
    pub suite: String,
    /// The id of the case, unique in its suite.
    pub case: String,
    /// Passed, or what was wrong.
    pub outcome: Result<(), Mismatch>,
}

/// What was expected, and what came instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What was expected.
    pub expected: String,
    /// What came instead.
    pub got: String,
}

impl Mismatch {
    /// Of two texts.
    pub fn new(expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            got: got.into(),
        }
    }
}

/// Compares two values; they are shown as JSON where they differ.
///
/// # Errors
/// The values differ.
pub fn compare<T: PartialEq + Serialize>(expected: &T, got: &T) -> Result<(), Mismatch> {
    if expected == got {
        Ok(())
    } else {
        Err(Mismatch::new(as_json(expected), as_json(got)))
    }
}

/// A value as JSON.
pub fn as_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

/// Characters of a long text that are shown, and how many of them stand before the first difference.
const SHOWN: usize = 400;
const BEFORE: usize = 80;

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = self.expected.chars().zip(self.got.chars());
        let equal = characters.take_while(|(a, b)| a == b).count();
        let start = equal.saturating_sub(BEFORE);
        writeln!(f, "    expected {}", excerpt(&self.expected, start))?;
        write!(f, "    got      {}", excerpt(&self.got, start))
    }
}

/// The part of `text` from about `start`, with marks where something is left out.
fn excerpt(text: &str, start: usize) -> String {
    let length = text.chars().count();
    if length <= SHOWN {
        return text.to_owned();
    }
    let shown: String = text.chars().skip(start).take(SHOWN).collect();
    let before = if start > 0 { "… " } else { "" };
    let after = if start + SHOWN < length { " …" } else { "" };
    format!("{before}{shown}{after} ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_shown_where_it_differs() {
        let expected = format!("{}end", "x".repeat(9000));
        let got = "x".repeat(9000);
        let shown = Mismatch::new(expected, got).to_string();
        assert!(shown.contains("xend (9003 characters)"), "{shown}");
        assert!(shown.len() < 600, "{shown}");
    }

    #[test]
    fn short_texts_are_shown_whole() {
        assert_eq!(
            Mismatch::new("a", "b").to_string(),
            "    expected a\n    got      b"
        );
    }
}
