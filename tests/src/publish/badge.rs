//! The line of the README that says what came of the last whole run.

use std::path::Path;

use crate::report::Report;

/// What the line begins with.
const BEGINNING: &str = "conformance: ";

/// The line.
pub(super) fn line(report: &Report) -> String {
    let counts = report.counts();
    let mut line = format!(
        "{BEGINNING}{} passed, {} excepted, {} failed on {} drivers and {} peers",
        counts.passed,
        counts.excepted,
        counts.failed,
        report.drivers.len(),
        report.peers.len()
    );
    if !report.not_run.is_empty() {
        let names: Vec<_> = report.not_run.iter().map(|row| row.peer.as_str()).collect();
        line.push_str(&format!("; not run: {}", names.join(", ")));
    }
    line
}

/// Writes the line into a text that has one.
pub(super) fn write(file: &Path, line: &str) -> Result<(), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", file.display());
    let text = std::fs::read_to_string(file).map_err(fail)?;
    let old = text.lines().find(|line| line.starts_with(BEGINNING));
    let old =
        old.ok_or_else(|| format!("{}: no line begins with `{BEGINNING}`", file.display()))?;
    std::fs::write(file, text.replacen(old, line, 1)).map_err(fail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_one_such_line() {
        let readme = include_str!("../../../README.md");
        let lines: Vec<_> = readme
            .lines()
            .filter(|line| line.starts_with(BEGINNING))
            .collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let words: Vec<_> = lines[0].split(' ').collect();
        assert_eq!(words[2].trim_end_matches(','), "passed");
        assert!(words[1].parse::<usize>().is_ok(), "{words:?}");
        assert!(lines[0].contains(" 0 failed on "), "{lines:?}");
    }

    #[test]
    fn peers_that_did_not_run_are_named() {
        let mut report = Report::default();
        report.add_driver("core");
        report.add_not_run("python", "no python3".to_owned());
        assert_eq!(
            line(&report),
            "conformance: 0 passed, 0 excepted, 0 failed on 1 drivers and 0 peers; not run: python"
        );
    }
}
