//! Core has no std, without condition, and no unsafe code.

use super::file::File;
use super::rust_text::{Token, tokens};
use super::violation::Violation;

pub(super) const RULE: &str = "core";

const CORE: &str = "crates/core/src/lib.rs";

const NO_STD: [&str; 5] = ["#", "!", "[", "no_std", "]"];
const FORBID_UNSAFE: [&str; 8] = ["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"];
const STD_IN_TESTS: [&str; 10] = [
    "#", "[", "cfg", "(", "test", ")", "]", "extern", "crate", "std",
];
/// How many of them are the condition.
const FOR_TESTS: usize = 7;

pub(super) fn check(files: &[File]) -> Vec<Violation> {
    let text = |path: &str| files.iter().find(|file| file.path == path);
    let report = |line, what| Violation::new(RULE, CORE, line, what);
    let Some(core) = text(CORE) else {
        return vec![report(1, "it is missing")];
    };
    let mut violations = Vec::new();
    if lines_of(&core.text, &NO_STD).is_empty() {
        violations.push(report(1, "no unconditional `#![no_std]`"));
    }
    let in_tests = lines_of(&core.text, &STD_IN_TESTS);
    let used = lines_of(&core.text, &STD_IN_TESTS[FOR_TESTS..]);
    let outside = used.into_iter().filter(|line| !in_tests.contains(line));
    violations.extend(outside.map(|line| report(line, "std is used outside of tests")));
    let lint =
        text("Cargo.toml").is_some_and(|root| root.text.contains("unsafe_code = \"forbid\""));
    if !lint && lines_of(&core.text, &FORBID_UNSAFE).is_empty() {
        violations.push(report(
            1,
            "unsafe code is not forbidden, here or by the workspace's lints",
        ));
    }
    violations
}

/// The lines where places end at which these tokens follow each other.
fn lines_of(code: &str, wanted: &[&str]) -> Vec<usize> {
    let same = |window: &&[Token<'_>]| {
        let mut pairs = window.iter().zip(wanted);
        pairs.all(|(token, text)| token.text == *text)
    };
    tokens(code)
        .windows(wanted.len())
        .filter(same)
        .filter_map(|window| window.last())
        .map(|token| token.line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::{CORE, check};

    fn found(root: &str, core: &str) -> Vec<String> {
        let files = [planted("Cargo.toml", root), planted(CORE, core)];
        check(&files).iter().map(ToString::to_string).collect()
    }

    const LINT: &str = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\n";

    #[test]
    fn no_std_and_no_unsafe_code_pass() {
        assert_eq!(found(LINT, "//! Core.\n#![no_std]\n"), [""; 0]);
        assert_eq!(found("", "#![no_std]\n#![forbid(unsafe_code)]\n"), [""; 0]);
    }

    #[test]
    fn no_std_must_stand_there_without_condition() {
        for text in ["", "// #![no_std]\n", "#![cfg_attr(not(test), no_std)]\n"] {
            let found = found(LINT, text);
            assert!(found.len() == 1 && found[0].contains("no_std"), "{found:?}");
        }
    }

    #[test]
    fn std_must_not_come_back() {
        let found = found(
            LINT,
            "#![no_std]\n#[cfg(feature = \"std\")]\nextern crate std;\n",
        );
        assert!(
            found.len() == 1 && found[0].starts_with("crates/core/src/lib.rs:3:"),
            "{found:?}"
        );
    }

    #[test]
    fn tests_may_use_std() {
        let core = "#![no_std]\n#[cfg(test)]\nextern crate std;\n";
        assert_eq!(found(LINT, core), [""; 0]);
    }

    #[test]
    fn unsafe_code_must_be_forbidden_somewhere() {
        let found = found("", "#![no_std]\n#![deny(unsafe_code)]\n");
        assert!(found.len() == 1 && found[0].contains("unsafe"), "{found:?}");
    }

    #[test]
    fn a_missing_core_is_a_violation() {
        assert_eq!(check(&[]).len(), 1);
    }
}
