//! A library's public items are an allow-list: its root names each of them.

use super::file::File;
use super::rust_text::{Token, tokens};
use super::violation::Violation;

pub(super) const RULE: &str = "exports";

pub(super) fn check(files: &[File]) -> Vec<Violation> {
    let roots = files.iter().filter(|file| is_library_root(&file.path));
    roots
        .flat_map(|file| {
            let report = |line| Violation::new(RULE, &file.path, line, "a glob in a `pub use`");
            glob_lines(&tokens(&file.text)).into_iter().map(report)
        })
        .collect()
}

fn is_library_root(path: &str) -> bool {
    path.strip_prefix("crates/")
        .and_then(|rest| rest.split_once('/'))
        .is_some_and(|(_, rest)| rest == "src/lib.rs")
}

/// The lines of `pub use` that have a `*` before their `;`. `pub(crate) use` is not public.
fn glob_lines(tokens: &[Token<'_>]) -> Vec<usize> {
    let starts = tokens
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| pair[0].text == "pub" && pair[1].text == "use");
    starts
        .filter(|(start, _)| {
            let rest = tokens[*start..].iter();
            rest.take_while(|token| token.text != ";")
                .any(|token| token.text == "*")
        })
        .map(|(_, pair)| pair[0].line)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::check;

    fn found(path: &str, text: &str) -> usize {
        check(&[planted(path, text)]).len()
    }

    const ROOT: &str = "crates/core/src/lib.rs";

    #[test]
    fn a_public_glob_is_found() {
        assert_eq!(found(ROOT, "pub use id::*;\n"), 1);
        assert_eq!(
            found(ROOT, "pub use id::{\n    a::TraceId,\n    b::*,\n};\n"),
            1
        );
    }

    #[test]
    fn names_private_globs_and_text_are_allowed() {
        let text = "pub use id::{SpanId, TraceId};\npub(crate) use a::*;\nuse b::*;\n//! pub use c::*;\nconst A: &str = \"pub use d::*;\";\n";
        assert_eq!(found(ROOT, text), 0);
    }

    #[test]
    fn only_the_roots_of_libraries_count() {
        assert_eq!(found("crates/core/src/id.rs", "pub use a::*;\n"), 0);
        assert_eq!(found("tests/src/lib.rs", "pub use a::*;\n"), 0);
    }
}
