//! Marks of unfinished work.

use super::file::File;
use super::violation::Violation;

pub(super) const RULE: &str = "unfinished";

// In two parts each, so that this file passes its own check.
const WORDS: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const MACROS: [&str; 2] = [concat!("to", "do!"), concat!("unimple", "mented!")];
const IGNORED: &str = concat!("#[igno", "re]");

pub(super) fn check(files: &[File]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files.iter().filter(|file| !file.is_lock()) {
        for (number, line) in file.lines() {
            if let Some(what) = mark(line, file.is_rust()) {
                violations.push(Violation::new(RULE, &file.path, number, what));
            }
        }
    }
    violations
}

fn mark(line: &str, rust: bool) -> Option<String> {
    if rust && line.contains(IGNORED) {
        return Some(format!("`{IGNORED}` without a reason"));
    }
    let macros = MACROS.iter().filter(|_| rust);
    let mut marks = WORDS.iter().chain(macros);
    marks
        .find(|mark| has_word(line, mark))
        .map(|mark| format!("`{mark}`"))
}

fn has_word(line: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        !line[..start].ends_with(in_word) && !line[start + word.len()..].starts_with(in_word)
    })
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::{IGNORED, MACROS, WORDS, check};

    fn found(path: &str, text: &str) -> usize {
        check(&[planted(path, text)]).len()
    }

    #[test]
    fn marks_are_found_in_every_file() {
        for word in WORDS {
            assert_eq!(found("README.md", &format!("{word}: write this")), 1);
            assert_eq!(found("src/lib.rs", &format!("fn a() {{}} // {word}")), 1);
        }
    }

    #[test]
    fn macros_of_unfinished_code_are_found() {
        for name in MACROS {
            assert_eq!(found("src/lib.rs", &format!("    {name}()")), 1);
            assert_eq!(found("DESIGN.md", &format!("no `{name}` in here")), 0);
        }
    }

    #[test]
    fn an_ignored_test_says_why() {
        assert_eq!(found("src/lib.rs", IGNORED), 1);
        let with_reason = IGNORED.replace(']', " = \"needs Chromium\"]");
        assert_eq!(found("src/lib.rs", &with_reason), 0);
    }

    #[test]
    fn parts_of_words_and_lock_files_are_left_alone() {
        let word = WORDS[2];
        assert_eq!(found("run.sh", &format!("mktemp -d name.{word}{word}")), 0);
        assert_eq!(found("package-lock.json", &format!("sha512-a/{word}+")), 0);
    }
}
