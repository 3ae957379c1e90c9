//! Addresses that belong to the machine on which something was made.

use super::file::File;
use super::violation::Violation;

pub(super) const RULE: &str = "addresses";

// All needles are in two parts, so that this file passes its own check.
const REGISTRIES: [&str; 9] = [
    concat!("//crates", ".io"),
    concat!("static.crates", ".io"),
    concat!("index.crates", ".io"),
    concat!("registry.npmjs", ".org"),
    concat!("registry.yarnpkg", ".com"),
    concat!("//pypi", ".org"),
    concat!("test.pypi", ".org"),
    concat!("files.pythonhosted", ".org"),
    concat!("proxy.golang", ".org"),
];
const FOLDERS: [&str; 6] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
    concat!("/wo", "rk/"),
    concat!("/t", "mp/"),
    concat!(":\\Use", "rs\\"),
];
const RESOLVED: &str = concat!("\"resol", "ved\":");

pub(super) fn check(files: &[File]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in files {
        for (number, line) in file.lines() {
            if let Some(what) = address(line, file.is_lock()) {
                violations.push(Violation::new(RULE, &file.path, number, what));
            }
        }
    }
    violations
}

fn address(line: &str, lock: bool) -> Option<String> {
    if lock && line.contains(RESOLVED) {
        return Some(format!("{RESOLVED} names where a package came from"));
    }
    if let Some(host) = REGISTRIES.iter().find(|host| line.contains(**host)) {
        return Some(format!("the package registry `{host}`"));
    }
    FOLDERS
        .iter()
        .find(|folder| has_absolute(line, folder))
        .map(|folder| format!("a path in `{folder}`"))
}

/// A path is absolute where nothing that could be its beginning stands before it; so the path of
/// a URL and the end of a longer path do not count.
fn has_absolute(line: &str, folder: &str) -> bool {
    let continues = |c: char| c.is_alphanumeric() || "._-~})]*".contains(c);
    line.match_indices(folder)
        .any(|(start, _)| folder.starts_with(':') || !line[..start].ends_with(continues))
}

#[cfg(test)]
mod tests {
    use super::super::file::planted;
    use super::{FOLDERS, REGISTRIES, RESOLVED, check};

    fn found(path: &str, line: &str) -> usize {
        check(&[planted(path, line)]).len()
    }

    #[test]
    fn registries_are_found_in_every_file() {
        for host in REGISTRIES {
            assert_eq!(found("README.md", &format!("see https:{host}/x")), 1);
        }
    }

    #[test]
    fn cargos_own_name_for_its_registry_is_allowed() {
        let source = format!(
            "source = \"registry+https://github.com/rust-lang/{}\"",
            concat!("crates", ".io-index")
        );
        assert_eq!(found("Cargo.lock", &source), 0);
    }

    #[test]
    fn folders_of_a_machine_are_found() {
        for folder in FOLDERS {
            assert_eq!(
                found("run.sh", &format!("cd C{folder}somebody")),
                usize::from(folder.starts_with(':'))
            );
            assert_eq!(found("run.sh", &format!("cd \"{folder}somebody")), 1);
            assert_eq!(found("run.sh", &format!("file://{folder}somebody")), 1);
        }
    }

    #[test]
    fn paths_of_urls_and_relative_paths_are_allowed() {
        for folder in FOLDERS.iter().filter(|folder| folder.starts_with('/')) {
            assert_eq!(found("a.rs", &format!("https://example.com{folder}1")), 0);
            assert_eq!(found("a.sh", &format!("\"${{HERE}}{folder}1\"")), 0);
        }
    }

    #[test]
    fn a_lock_file_does_not_say_where_packages_came_from() {
        let line = format!("      {RESOLVED} \"https://example.com/a.tgz\",");
        assert_eq!(found("tests/peers/package-lock.json", &line), 1);
        assert_eq!(found("tests/peers/package.json", &line), 0);
    }
}
