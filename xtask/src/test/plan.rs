//! The steps, in order, as data.

use std::fmt::Write as _;

use cargo_metadata::{Metadata, Package};

use super::toolchain::{CLIPPY, Need, RUSTFMT};
use super::{features, msrv, no_std};
use crate::fallible::Fallible;
use crate::process::Invocation;
use crate::{suite, workspace};

pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) about: String,
    pub(super) needs: Vec<Need>,
    pub(super) work: Work,
}

pub(super) enum Work {
    Calls(Vec<Invocation>),
    NoStdProof,
}

impl Step {
    fn new<const N: usize>(name: &'static str, about: &str, calls: [Invocation; N]) -> Self {
        Self {
            name,
            about: about.to_owned(),
            needs: Vec::new(),
            work: Work::Calls(calls.into()),
        }
    }

    fn needs(mut self, needs: impl IntoIterator<Item = Need>) -> Self {
        self.needs.extend(needs);
        self
    }

    /// The command that does this step again, alone.
    pub(super) fn reproduce(&self) -> String {
        match &self.work {
            Work::Calls(calls) if calls.len() == 1 => calls[0].to_string(),
            _ => format!("cargo xtask test --only {}", self.name),
        }
    }
}

/// Every step of the check, in the order in which they run: what fails fast comes first.
pub(super) fn steps(metadata: &Metadata) -> Fallible<Vec<Step>> {
    let matrix = features::matrix(
        workspace::library_crates(metadata).map(|krate| (krate.name.as_str(), &krate.features)),
    );
    let oldest = msrv::oldest(workspace::library_crates(metadata))?;
    let bare = no_std::calls(&core(metadata)?.features);
    let deny_warnings = ["--", "-D", "warnings"];
    Ok(vec![
        Step::new(
            "fmt",
            "formatting",
            [Invocation::cargo(["fmt", "--all", "--check"])],
        )
        .needs([RUSTFMT]),
        Step::new(
            "tidy",
            "repository rules no compiler knows",
            [Invocation::cargo(["xtask", "tidy"])],
        ),
        Step::new(
            "clippy",
            "lints, warnings denied",
            [Invocation::cargo(
                ["clippy", "--workspace", "--all-targets", "--all-features"]
                    .into_iter()
                    .chain(deny_warnings),
            )],
        )
        .needs([CLIPPY]),
        Step::new(
            "test",
            "all tests, documentation examples too",
            [Invocation::cargo(["test", "--workspace", "--all-features"]).past_proxies()],
        ),
        Step {
            name: "features",
            about: matrix.about(),
            needs: vec![CLIPPY],
            work: Work::Calls(matrix.calls),
        },
        Step {
            name: "msrv",
            about: oldest.about(),
            needs: oldest.needs().collect(),
            work: Work::Calls(oldest.calls),
        },
        Step {
            name: "no_std",
            about: format!("{} builds for targets without std", bare.len()),
            needs: no_std::needs().collect(),
            work: Work::Calls(bare),
        },
        Step {
            name: "no_std-proof",
            about: "the no_std builds notice a planted use of std".to_owned(),
            needs: no_std::bare_needs().collect(),
            work: Work::NoStdProof,
        },
        Step::new(
            "docs",
            "documentation, warnings denied",
            [
                Invocation::cargo(["doc", "--workspace", "--all-features", "--no-deps"])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ],
        ),
        Step::new(
            "conformance",
            "the conformance suite",
            [suite::binary("conformance", Vec::new())],
        ),
        Step::new(
            "demo",
            "the demo runs to its end",
            [suite::binary("demo", vec!["--json".into()])],
        ),
    ])
}

fn core(metadata: &Metadata) -> Fallible<&Package> {
    workspace::library_crates(metadata)
        .find(|krate| krate.name.as_str() == no_std::CORE)
        .ok_or_else(|| format!("no package {} in crates/", no_std::CORE).into())
}

/// The steps that `only` names, in the plan's order; all of them when it names none.
pub(super) fn select(steps: Vec<Step>, only: &[String]) -> Fallible<Vec<Step>> {
    let known = |name: &String| steps.iter().any(|step| step.name == name);
    if let Some(unknown) = only.iter().find(|name| !known(name)) {
        let names: Vec<_> = steps.iter().map(|step| step.name).collect();
        return Err(format!("no step `{unknown}`; there are: {}", names.join(", ")).into());
    }
    let wanted = |step: &Step| only.is_empty() || only.iter().any(|name| name == step.name);
    Ok(steps.into_iter().filter(wanted).collect())
}

/// One line a step.
pub(super) fn overview(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |mut text, step| {
        let _ = writeln!(text, "  {:<12}  {}", step.name, step.about);
        text
    })
}

/// Each step with all its commands.
pub(super) fn listing(steps: &[Step]) -> String {
    steps.iter().fold(String::new(), |mut text, step| {
        let _ = writeln!(text, "{}: {}", step.name, step.about);
        match &step.work {
            Work::Calls(calls) => {
                for call in calls {
                    let _ = writeln!(text, "    {call}");
                }
            }
            Work::NoStdProof => {
                let _ = writeln!(text, "    {}", step.reproduce());
            }
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::{Step, listing, select, steps};
    use crate::workspace;

    fn all() -> Vec<Step> {
        steps(&workspace::metadata().expect("cargo metadata runs")).expect("core is a member")
    }

    fn names(steps: &[Step]) -> Vec<&'static str> {
        steps.iter().map(|step| step.name).collect()
    }

    fn selected(only: &[&str]) -> Result<Vec<&'static str>, String> {
        let only: Vec<_> = only.iter().map(|&name| name.to_owned()).collect();
        select(all(), &only)
            .map(|steps| names(&steps))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_whole_check_in_its_order() {
        let order = [
            "fmt",
            "tidy",
            "clippy",
            "test",
            "features",
            "msrv",
            "no_std",
            "no_std-proof",
            "docs",
            "conformance",
            "demo",
        ];
        assert_eq!(selected(&[]), Ok(order.to_vec()));
    }

    #[test]
    fn a_selection_keeps_the_order_of_the_plan() {
        assert_eq!(selected(&["docs", "fmt", "docs"]), Ok(vec!["fmt", "docs"]));
    }

    #[test]
    fn an_unknown_step_is_named_together_with_the_known_ones() {
        let error = selected(&["fmt", "speed"]).expect_err("there is no such step");
        assert!(
            error.contains("`speed`") && error.contains("no_std-proof"),
            "{error}"
        );
    }

    #[test]
    fn every_step_lists_a_command() {
        for step in all() {
            let listing = listing(&[step]);
            assert!(listing.contains("\n    "), "{listing}");
        }
    }

    #[test]
    fn a_single_command_reproduces_itself() {
        let steps = all();
        assert_eq!(steps[0].reproduce(), "cargo fmt --all --check");
        assert_eq!(steps[6].reproduce(), "cargo xtask test --only no_std");
    }
}
