//! Builds for targets that have no std. They go package by package: in a build of the whole
//! workspace another member's features would be switched on too.

use std::collections::BTreeMap;

use super::toolchain::Need;
use crate::process::Invocation;

pub(super) const CORE: &str = "sentry-trace-core";
const RUNTIME: &str = "sentry-trace-runtime";

/// Two targets without an operating system: one like the host, one small.
pub(super) const BARE: [&str; 2] = ["x86_64-unknown-none", "thumbv7em-none-eabi"];
/// It has a std, but no clock, threads or entropy in it.
const WASM: &str = "wasm32-unknown-unknown";

pub(super) fn bare_needs() -> impl Iterator<Item = Need> {
    BARE.into_iter().map(Need::Target)
}

pub(super) fn needs() -> impl Iterator<Item = Need> {
    bare_needs().chain([Need::Target(WASM)])
}

/// Core without features, with `alloc` and with every feature it has (none may need std), and
/// the runtime without features.
pub(super) fn calls(core_features: &BTreeMap<String, Vec<String>>) -> Vec<Invocation> {
    let names = core_features.keys().filter(|name| *name != "default");
    let every = names.map(String::as_str).collect::<Vec<_>>().join(",");
    let mut sets = vec!["", "alloc", &every];
    sets.retain(|set| *set != "alloc" || core_features.contains_key("alloc"));
    sets.dedup();
    let bare = BARE
        .into_iter()
        .flat_map(|target| sets.iter().map(move |set| build(CORE, target, set)));
    let wasm = [
        build(CORE, WASM, ""),
        build(CORE, WASM, &every),
        build(RUNTIME, WASM, ""),
    ];
    let mut calls: Vec<_> = bare.chain(wasm).collect();
    calls.dedup();
    calls
}

fn build(package: &str, target: &str, features: &str) -> Invocation {
    let base = [
        "build",
        "--quiet",
        "-p",
        package,
        "--target",
        target,
        "--no-default-features",
    ];
    let chosen = (!features.is_empty()).then_some(["--features", features]);
    Invocation::cargo(base.into_iter().chain(chosen.into_iter().flatten()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::calls;

    #[test]
    fn core_is_built_bare_in_each_of_its_forms() {
        let features = ["alloc", "regex", "serde"]
            .map(|name| (name.to_owned(), Vec::new()))
            .into();
        let calls: Vec<_> = calls(&features).iter().map(ToString::to_string).collect();
        let build = "cargo build --quiet -p sentry-trace-core --target";
        for target in ["x86_64-unknown-none", "thumbv7em-none-eabi"] {
            for features in ["", " --features alloc", " --features alloc,regex,serde"] {
                let wanted = format!("{build} {target} --no-default-features{features}");
                assert!(calls.contains(&wanted), "{wanted} in {calls:#?}");
            }
        }
        assert_eq!(calls.len(), 9);
    }

    #[test]
    fn a_core_without_features_is_built_once_a_target() {
        let calls = calls(&BTreeMap::new());
        assert_eq!(calls.len(), 4, "two bare ones, two for wasm");
    }
}
