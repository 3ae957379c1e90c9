//! Tests wait for what they want to see; where one has to sleep, it says why.

use super::file::File;
use super::violation::Violation;

pub(super) const RULE: &str = "sleep";

// In two parts, so that this file passes its own check.
const SLEEP: &str = concat!("sle", "ep(");
const REASONS: [&str; 2] = ["// why:", "# why:"];
const COMMENTS: [&str; 2] = ["//", "# "];

pub(super) fn check(files: &[File]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| is_test(&file.path)) {
        let mut before = "";
        for (number, line) in file.lines() {
            let reason = REASONS.iter().any(|reason| before.contains(reason));
            if sleeps(line) && !reason {
                let what = format!("`{SLEEP}` without a line `// why:` before it");
                violations.push(Violation::new(RULE, &file.path, number, what));
            }
            before = line;
        }
    }
    violations
}

fn is_test(path: &str) -> bool {
    let code = [".rs", ".js", ".mjs", ".ts", ".py", ".sh"];
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| folder == "tests")
        && code.iter().any(|ending| path.ends_with(ending))
}

fn sleeps(line: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let comment = COMMENTS
        .iter()
        .any(|start| line.trim_start().starts_with(start));
    !comment
        && line
            .match_indices(SLEEP)
            .any(|(start, _)| !line[..start].ends_with(in_word))
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::{SLEEP, check};

    fn found(path: &str, before: &str) -> usize {
        let text = format!("{before}\n    thread::{SLEEP}a_while);\n");
        check(&[planted(path, &text)]).len()
    }

    #[test]
    fn a_test_that_sleeps_says_why() {
        for path in [
            "tests/suites/a.rs",
            "crates/tower/tests/b.rs",
            "tests/peers/node/c.mjs",
        ] {
            assert_eq!(found(path, "    // because"), 1, "{path}");
            assert_eq!(found(path, "    // why: the clock must move"), 0, "{path}");
        }
    }

    #[test]
    fn other_files_and_other_words_are_left_alone() {
        assert_eq!(found("crates/tower/src/lib.rs", ""), 0);
        assert_eq!(found("tests/vectors/README.md", ""), 0);
        let text = format!("fn no_{SLEEP}) {{}}\n// never {SLEEP})\n");
        assert!(check(&[planted("tests/a.rs", &text)]).is_empty());
    }
}
