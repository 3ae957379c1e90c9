//! Each library crate on the oldest Rust that its manifest promises.
//!
//! A feature that needs a newer one says so in `[package.metadata.rust-version-of-features]`; the crate is then also
//! checked on that one, with the feature.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Package, semver::Version};

use super::toolchain::Need;
use crate::fallible::Fallible;
use crate::process::Invocation;

#[derive(Debug, Default)]
pub(super) struct Oldest {
    pub(super) calls: Vec<Invocation>,
    versions: BTreeSet<Version>,
}

impl Oldest {
    pub(super) fn about(&self) -> String {
        let versions: Vec<_> = self.versions.iter().map(ToString::to_string).collect();
        format!(
            "the oldest Rust of each library crate: {}",
            versions.join(", ")
        )
    }

    pub(super) fn needs(&self) -> impl Iterator<Item = Need> {
        let versions = self.versions.iter().map(ToString::to_string);
        versions.map(Need::Toolchain)
    }
}

pub(super) fn oldest<'a>(crates: impl Iterator<Item = &'a Package>) -> Fallible<Oldest> {
    let mut oldest = Oldest::default();
    for krate in crates {
        let promised = krate.rust_version.clone();
        let promised = promised.ok_or_else(|| format!("{} has no rust-version", krate.name))?;
        let newer = newer_features(krate)?;
        let features: Vec<_> = krate.features.keys().map(String::as_str).collect();
        for version in BTreeSet::from_iter(newer.values().chain([&promised])) {
            let fit = |name: &&str| newer.get(*name).is_none_or(|needed| needed <= version);
            let features: Vec<_> = features.iter().copied().filter(fit).collect();
            oldest.calls.push(check(&krate.name, version, &features));
            oldest.versions.insert(version.clone());
        }
    }
    Ok(oldest)
}

/// The features that need a newer Rust than their crate, and which.
fn newer_features(krate: &Package) -> Fallible<BTreeMap<&str, Version>> {
    let Some(table) = krate.metadata.get("rust-version-of-features") else {
        return Ok(BTreeMap::new());
    };
    let wrong = || {
        format!(
            "{}: rust-version-of-features is not a table of versions",
            krate.name
        )
    };
    let mut newer = BTreeMap::new();
    for (feature, version) in table.as_object().ok_or_else(wrong)? {
        if !krate.features.contains_key(feature) {
            return Err(format!("{} has no feature `{feature}`", krate.name).into());
        }
        let version = version.as_str().ok_or_else(wrong)?;
        let version = Version::parse(&format!("{version}.0")).map_err(|_| wrong())?;
        newer.insert(feature.as_str(), version);
    }
    Ok(newer)
}

fn check(package: &str, version: &Version, features: &[&str]) -> Invocation {
    let version = version.to_string();
    let features = features.join(",");
    let words = [
        "run", &version, "cargo", "check", "--quiet", "--locked", "-p", package,
    ];
    Invocation::rustup(
        words
            .into_iter()
            .chain(["--no-default-features", "--features", &features]),
    )
}

#[cfg(test)]
mod tests {
    use super::oldest;
    use crate::workspace;

    #[test]
    fn a_feature_that_needs_a_newer_rust_is_left_out_of_the_older_ones() {
        let metadata = workspace::metadata().expect("cargo metadata runs");
        let export = workspace::library_crates(&metadata)
            .filter(|krate| krate.name.as_str() == "sentry-trace-export");
        let oldest = oldest(export).expect("its manifest is right");
        let calls: Vec<_> = oldest.calls.iter().map(ToString::to_string).collect();
        let [first, second] = &calls[..] else {
            panic!("{calls:?}");
        };
        assert!(
            first.starts_with("rustup run 1.85.0 cargo check"),
            "{first}"
        );
        assert!(
            first.contains("dsn") && !first.contains("sentry,"),
            "{first}"
        );
        assert!(
            second.starts_with("rustup run 1.89.0 cargo check"),
            "{second}"
        );
        assert!(second.contains("json-lines,sentry,"), "{second}");
    }
}
