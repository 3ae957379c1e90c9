//! Which foreign packages a crate may pull in, directly or not, with all its features on.

use std::path::Path;

use super::member::Member;
use super::violation::Violation;
use crate::fallible::Fallible;
use crate::process::Invocation;

pub(super) const RULE: &str = "reach";

/// A package, and what must not be in its dependency graph. Every library has a row.
const FORBIDDEN: [(&str, &[&str]); 11] = [
    (
        "sentry-trace-core",
        &[
            "http",
            "tokio",
            "hyper",
            "tower-layer",
            "tower",
            "axum",
            "actix-web",
            "awc",
            "reqwest",
            "ureq",
        ],
    ),
    (
        "sentry-trace-runtime",
        &[
            "http",
            "tokio",
            "hyper",
            "tower-layer",
            "tower",
            "axum",
            "actix-web",
            "awc",
            "reqwest",
            "ureq",
        ],
    ),
    (
        "sentry-trace-http",
        &[
            "tokio",
            "hyper",
            "tower-layer",
            "tower",
            "axum",
            "actix-web",
            "awc",
            "reqwest",
            "ureq",
        ],
    ),
    (
        "sentry-trace-tower",
        &[
            "tokio",
            "hyper",
            "axum",
            "actix-web",
            "awc",
            "reqwest",
            "ureq",
        ],
    ),
    (
        "sentry-trace-axum",
        &["actix-web", "awc", "reqwest", "ureq"],
    ),
    (
        "sentry-trace-hyper",
        &["axum", "actix-web", "awc", "reqwest", "ureq"],
    ),
    (
        "sentry-trace-actix",
        &["hyper", "tower", "axum", "reqwest", "ureq"],
    ),
    (
        "sentry-trace-reqwest",
        &["axum", "actix-web", "awc", "ureq"],
    ),
    (
        "sentry-trace-ureq",
        &[
            "tokio",
            "hyper",
            "tower",
            "axum",
            "actix-web",
            "awc",
            "reqwest",
        ],
    ),
    ("sentry-trace-export", &["axum", "actix-web", "awc"]),
    ("sentry-trace", &[]),
];

/// The names of all packages that `package` needs to be built for this machine. Asked for one
/// package: in the graph of the whole workspace other members' features would be on too.
pub(super) fn reached(package: &str, root: &Path) -> Fallible<Vec<String>> {
    let call = Invocation::cargo([
        "tree",
        "--quiet",
        "-p",
        package,
        "--all-features",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let output = call.command_in(root).output()?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{call}` failed:\n{errors}").into());
    }
    Ok(names(&String::from_utf8_lossy(&output.stdout)))
}

fn names(tree: &str) -> Vec<String> {
    let mut names: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

pub(super) fn check(member: &Member, reached: &[String]) -> Vec<Violation> {
    let report = |line, what| Violation::new(RULE, &member.manifest_path(), line, what);
    let row = FORBIDDEN.iter().find(|(name, _)| *name == member.name);
    let Some((_, forbidden)) = row else {
        let what = format!("`{}` has no row in the table of reach", member.name);
        return vec![report(1, what)];
    };
    let is_forbidden = |name: &&String| forbidden.contains(&name.as_str());
    reached
        .iter()
        .filter(is_forbidden)
        .map(|name| {
            let what = format!(
                "`{0}` must not reach `{name}`; `cargo tree -p {0} --all-features -e normal -i {name}` shows the way",
                member.name
            );
            report(member.line_naming(name), what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::member::Member;
    use super::{check, names};

    fn found(package: &str, tree: &str) -> usize {
        let member = Member {
            name: package.to_owned(),
            ..Member::default()
        };
        check(&member, &names(tree)).len()
    }

    #[test]
    fn reads_the_names_out_of_a_tree() {
        let tree = "axum v0.8.9\nbytes v1.10.0 (*)\nx v0.1.0 (proc-macro)\nbytes v1.10.0\n\n";
        assert_eq!(names(tree), ["axum", "bytes", "x"]);
    }

    #[test]
    fn an_adapter_reaches_its_own_framework() {
        assert_eq!(
            found("sentry-trace-axum", "axum v0.8.9\nhyper v1.12.0\n"),
            0
        );
        assert_eq!(
            found("sentry-trace-reqwest", "reqwest v0.13.5\ntower v0.5.3\n"),
            0
        );
    }

    #[test]
    fn an_adapter_does_not_reach_another_ones() {
        for (package, foreign) in [
            ("sentry-trace-axum", "reqwest v0.13.5"),
            ("sentry-trace-axum", "actix-web v4.18.0"),
            ("sentry-trace-reqwest", "axum v0.8.9"),
            ("sentry-trace-reqwest", "ureq v3.5.0"),
            ("sentry-trace-tower", "axum v0.8.9"),
            ("sentry-trace-ureq", "tokio v1.54.0"),
            ("sentry-trace-core", "http v1.5.0"),
        ] {
            assert_eq!(found(package, foreign), 1, "{package} reaches {foreign}");
        }
    }

    #[test]
    fn a_new_library_needs_a_row() {
        assert_eq!(found("sentry-trace-warp", ""), 1);
    }
}
