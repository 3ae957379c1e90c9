//! Files that can be read in one go.

use super::file::File;
use super::violation::Violation;

pub(super) const RULE: &str = "size";

const MOST_LINES: usize = 600;
const MOST_LINES_IN_ADAPTERS: usize = 200;
const ADAPTERS: [&str; 6] = [
    "crates/tower/src/",
    "crates/axum/src/",
    "crates/hyper/src/",
    "crates/actix/src/",
    "crates/reqwest/src/",
    "crates/ureq/src/",
];

pub(super) fn check(files: &[File]) -> Vec<Violation> {
    files
        .iter()
        .filter(|file| file.is_rust())
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let most = most_lines(&file.path);
            let what = format!("{lines} lines, at most {most} are allowed here");
            (lines > most).then(|| Violation::new(RULE, &file.path, most + 1, what))
        })
        .collect()
}

fn most_lines(path: &str) -> usize {
    if ADAPTERS.iter().any(|folder| path.starts_with(folder)) {
        MOST_LINES_IN_ADAPTERS
    } else {
        MOST_LINES
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::check;

    fn found(path: &str, lines: usize) -> usize {
        check(&[planted(path, &"//\n".repeat(lines))]).len()
    }

    #[test]
    fn a_file_has_at_most_600_lines() {
        assert_eq!(found("crates/core/src/lib.rs", 600), 0);
        assert_eq!(found("crates/core/src/lib.rs", 601), 1);
        assert_eq!(found("tests/vectors/long.jsonl", 601), 0);
    }

    #[test]
    fn an_adapters_file_has_at_most_200() {
        assert_eq!(found("crates/tower/src/layer.rs", 200), 0);
        assert_eq!(found("crates/tower/src/layer.rs", 201), 1);
        assert_eq!(found("crates/tower/tests/layer.rs", 201), 0);
    }
}
