//! Which package of the workspace may depend on which.

use super::member::{Dependency, Member};
use super::violation::Violation;

pub(super) const RULE: &str = "arrows";

const CORE: &str = "sentry-trace-core";
const RUNTIME: &str = "sentry-trace-runtime";
const HTTP: &str = "sentry-trace-http";
const TOWER: &str = "sentry-trace-tower";
const AXUM: &str = "sentry-trace-axum";
const HYPER: &str = "sentry-trace-hyper";
const ACTIX: &str = "sentry-trace-actix";
const REQWEST: &str = "sentry-trace-reqwest";
const UREQ: &str = "sentry-trace-ureq";
const EXPORT: &str = "sentry-trace-export";
const FACADE: &str = "sentry-trace";

const ADAPTERS: [&str; 6] = [TOWER, AXUM, HYPER, ACTIX, REQWEST, UREQ];

/// A package, and the members that it may depend on. Every library has a row.
const ALLOWED: [(&str, &[&str]); 12] = [
    (CORE, &[]),
    (RUNTIME, &[CORE]),
    (HTTP, &[CORE, RUNTIME]),
    (TOWER, &[CORE, RUNTIME, HTTP]),
    (AXUM, &[CORE, RUNTIME, HTTP, TOWER]),
    (HYPER, &[CORE, RUNTIME, HTTP, TOWER]),
    (ACTIX, &[CORE, RUNTIME, HTTP]),
    (REQWEST, &[CORE, RUNTIME, HTTP]),
    (UREQ, &[CORE, RUNTIME, HTTP]),
    (EXPORT, &[CORE, RUNTIME]),
    (
        FACADE,
        &[
            CORE, RUNTIME, HTTP, TOWER, AXUM, HYPER, ACTIX, REQWEST, UREQ, EXPORT,
        ],
    ),
    ("xtask", &[]),
];

pub(super) fn check(members: &[Member]) -> Vec<Violation> {
    let is_member =
        |dependency: &&Dependency| members.iter().any(|member| member.name == dependency.name);
    let mut violations = Vec::new();
    for member in members {
        let mut report = |dependency: &str, what: String| {
            let line = member.line_naming(dependency);
            violations.push(Violation::new(RULE, &member.manifest_path(), line, what));
        };
        for dependency in &member.dependencies {
            if member.name == CORE && !dependency.dev && !dependency.optional {
                let what = format!(
                    "core must do without `{}`, or have it optional",
                    dependency.name
                );
                report(&dependency.name, what);
            }
        }
        let row = ALLOWED.iter().find(|(name, _)| *name == member.name);
        let Some((_, allowed)) = row else {
            if member.is_library() {
                let what = format!("`{}` has no row in the table of arrows", member.name);
                report(&member.name, what);
            }
            continue;
        };
        for dependency in member.dependencies.iter().filter(is_member) {
            let name = dependency.name.as_str();
            if dependency.dev && tests_upwards(&member.name, name) {
                report(
                    name,
                    format!("the tests of `{}` must not use `{name}`", member.name),
                );
            }
            if !dependency.dev && !allowed.contains(&name) {
                report(
                    name,
                    format!("`{}` must not depend on `{name}`", member.name),
                );
            }
        }
    }
    violations
}

/// Dev-dependencies are free, except that the two lowest crates do not test through adapters.
fn tests_upwards(from: &str, to: &str) -> bool {
    [CORE, RUNTIME].contains(&from) && (ADAPTERS.contains(&to) || to == FACADE)
}

#[cfg(test)]
mod tests {
    use super::super::member::{Dependency, Member};
    use super::{ALLOWED, check};

    enum Kind {
        Normal,
        Optional,
        Dev,
    }
    use Kind::{Dev, Normal, Optional};

    fn member(name: &str, dependencies: &[(&str, Kind)]) -> Member {
        let dependencies = dependencies.iter().map(|(name, kind)| Dependency {
            name: (*name).to_owned(),
            dev: matches!(kind, Dev),
            optional: matches!(kind, Optional),
        });
        Member {
            name: name.to_owned(),
            folder: format!("crates/{name}"),
            dependencies: dependencies.collect(),
            ..Member::default()
        }
    }

    /// What is reported when `planted` stands among all members.
    fn found(planted: &Member) -> Vec<String> {
        let others = ALLOWED.iter().map(|(name, _)| member(name, &[]));
        let others = others.filter(|other| other.name != planted.name);
        let tests = Member {
            folder: "tests".to_owned(),
            ..member("sentry-trace-conformance", &[])
        };
        let members: Vec<_> = others.chain([tests, planted.clone()]).collect();
        check(&members).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn downward_arrows_are_allowed() {
        let axum = [
            ("sentry-trace-tower", Normal),
            ("sentry-trace-core", Normal),
            ("axum", Normal),
        ];
        assert_eq!(found(&member("sentry-trace-axum", &axum)), [""; 0]);
        let facade = [
            ("sentry-trace-axum", Optional),
            ("sentry-trace-export", Optional),
        ];
        assert_eq!(found(&member("sentry-trace", &facade)), [""; 0]);
    }

    #[test]
    fn upward_and_sideward_arrows_are_not() {
        for (from, to) in [
            ("sentry-trace-runtime", "sentry-trace-http"),
            ("sentry-trace-http", "sentry-trace-tower"),
            ("sentry-trace-tower", "sentry-trace-axum"),
            ("sentry-trace-reqwest", "sentry-trace-tower"),
            ("sentry-trace-axum", "sentry-trace-export"),
            ("sentry-trace-axum", "sentry-trace"),
            ("sentry-trace-export", "sentry-trace-http"),
            ("sentry-trace", "sentry-trace-conformance"),
            ("xtask", "sentry-trace-core"),
        ] {
            let found = found(&member(from, &[(to, Optional)]));
            let wanted =
                format!("crates/{from}/Cargo.toml:1: arrows: `{from}` must not depend on `{to}`");
            assert_eq!(found, [wanted]);
        }
    }

    #[test]
    fn core_has_no_required_dependency() {
        let optional = [("serde", Optional), ("proptest", Dev)];
        assert_eq!(found(&member("sentry-trace-core", &optional)), [""; 0]);
        let found = found(&member("sentry-trace-core", &[("serde", Normal)]));
        assert!(
            found.len() == 1 && found[0].contains("without `serde`"),
            "{found:?}"
        );
    }

    #[test]
    fn tests_are_free_above_the_runtime() {
        let free = [("sentry-trace-axum", Dev), ("sentry-trace", Dev)];
        assert_eq!(found(&member("sentry-trace-reqwest", &free)), [""; 0]);
        for low in ["sentry-trace-core", "sentry-trace-runtime"] {
            let found = found(&member(low, &[("sentry-trace-tower", Dev)]));
            assert!(
                found.len() == 1 && found[0].contains("the tests of"),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_new_library_needs_a_row() {
        let found = found(&member("sentry-trace-warp", &[]));
        assert!(found.len() == 1 && found[0].contains("no row"), "{found:?}");
    }
}
