//! A package of the workspace, as far as the rules look at it.

use std::fs;

use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::fallible::Fallible;
use crate::workspace;

#[derive(Clone, Debug, Default)]
pub(super) struct Member {
    pub(super) name: String,
    /// Relative to the root, with `/` between the parts.
    pub(super) folder: String,
    /// The text of its Cargo.toml.
    pub(super) manifest: String,
    pub(super) license: Option<String>,
    pub(super) rust_version: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
    /// The root files of its library, binaries, tests, examples and benches.
    pub(super) roots: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) dev: bool,
    pub(super) optional: bool,
}

impl Member {
    pub(super) fn is_library(&self) -> bool {
        self.folder.starts_with("crates/")
    }

    pub(super) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// The line of its manifest that names a dependency, or the first.
    pub(super) fn line_naming(&self, dependency: &str) -> usize {
        let names = |line: &str| {
            let line = line.trim_start().trim_start_matches("[dependencies.");
            line.strip_prefix(dependency)
                .is_some_and(|rest| rest.starts_with([' ', '.', '=', ']']))
        };
        (1..)
            .zip(self.manifest.lines())
            .find(|(_, line)| names(line))
            .map_or(1, |(number, _)| number)
    }
}

pub(super) fn all(metadata: &Metadata) -> Fallible<Vec<Member>> {
    metadata
        .packages
        .iter()
        .map(|package| from_package(package, metadata))
        .collect()
}

fn from_package(package: &Package, metadata: &Metadata) -> Fallible<Member> {
    let dependencies = package.dependencies.iter().map(|dependency| Dependency {
        name: dependency.name.clone(),
        dev: dependency.kind == DependencyKind::Development,
        optional: dependency.optional,
    });
    let roots = package
        .targets
        .iter()
        .map(|target| workspace::relative(target.src_path.as_std_path(), metadata));
    Ok(Member {
        name: package.name.to_string(),
        folder: workspace::folder(package, metadata),
        manifest: fs::read_to_string(&package.manifest_path)?,
        license: package.license.clone(),
        rust_version: package.rust_version.as_ref().map(ToString::to_string),
        dependencies: dependencies.collect(),
        roots: roots.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::Member;

    #[test]
    fn finds_the_line_of_a_dependency() {
        let member = Member {
            manifest: "[dependencies]\nhttp-body = \"1\"\nhttp.workspace = true\n".to_owned(),
            ..Member::default()
        };
        assert_eq!(member.line_naming("http"), 3);
        assert_eq!(member.line_naming("absent"), 1);
    }
}
