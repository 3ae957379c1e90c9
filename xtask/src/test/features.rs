//! Each library crate alone, with every feature alone: in a workspace build one crate's features
//! hide what another has forgotten to switch on.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::Invocation;

type Features = BTreeMap<String, Vec<String>>;

/// What is to be run, and how it was counted.
#[derive(Debug, Default)]
pub(super) struct Matrix {
    pub(super) calls: Vec<Invocation>,
    checked: usize,
    tested: usize,
    skipped: usize,
}

impl Matrix {
    pub(super) fn about(&self) -> String {
        format!(
            "each library crate alone: {} feature sets checked, {} tested, {} left out as equal to another",
            self.checked, self.tested, self.skipped
        )
    }

    fn check(&mut self, package: &str, flags: &[&str]) {
        self.checked += 1;
        self.calls.push(Invocation::cargo(
            ["clippy", "--quiet", "-p", package]
                .iter()
                .chain(flags)
                .chain(&["--", "-D", "warnings"]),
        ));
    }

    fn test(&mut self, package: &str, flags: &[&str]) {
        self.tested += 1;
        let call = ["test", "--quiet", "-p", package];
        let call = Invocation::cargo(call.iter().chain(flags));
        self.calls.push(call.past_proxies());
    }
}

/// For each crate: no features (checked and tested), each feature alone, the default ones, all.
/// Tests with all features are the business of the step `test`, and without any feature that
/// step has also run what there is.
pub(super) fn matrix<'a>(crates: impl Iterator<Item = (&'a str, &'a Features)>) -> Matrix {
    let mut matrix = Matrix::default();
    for (package, features) in crates {
        add_crate(&mut matrix, package, features);
    }
    matrix
}

fn add_crate(matrix: &mut Matrix, package: &str, features: &Features) {
    let own: Vec<_> = features.keys().filter(|name| *name != "default").collect();
    let mut seen = BTreeSet::from([BTreeSet::new()]);
    matrix.check(package, &["--no-default-features"]);
    if !own.is_empty() {
        matrix.test(package, &["--no-default-features"]);
    }
    let alone = own.iter().map(|&name| {
        let flags = vec!["--no-default-features", "--features", name.as_str()];
        (enabled_by(features, [name]), flags)
    });
    let default = features
        .get_key_value("default")
        .map(|(name, _)| (enabled_by(features, [name]), vec![]));
    let all = (!own.is_empty()).then(|| {
        (
            enabled_by(features, own.iter().copied()),
            vec!["--all-features"],
        )
    });
    for (set, flags) in alone.chain(default).chain(all) {
        if seen.insert(set) {
            matrix.check(package, &flags);
        } else {
            matrix.skipped += 1;
        }
    }
}

/// The features, apart from `default`, that are on when `names` are.
fn enabled_by<'a>(
    features: &'a Features,
    names: impl IntoIterator<Item = &'a String>,
) -> BTreeSet<&'a str> {
    let mut on = BTreeSet::new();
    let mut open: Vec<_> = names.into_iter().collect();
    while let Some(name) = open.pop() {
        if let Some(implied) = features.get(name)
            && on.insert(name.as_str())
        {
            open.extend(implied);
        }
    }
    on.remove("default");
    on
}

#[cfg(test)]
mod tests {
    use super::{Features, Matrix, matrix};

    fn features(lines: &[(&str, &[&str])]) -> Features {
        lines
            .iter()
            .map(|(name, implied)| {
                let implied = implied.iter().map(|&name| name.to_owned()).collect();
                ((*name).to_owned(), implied)
            })
            .collect()
    }

    fn calls(matrix: &Matrix) -> Vec<String> {
        matrix.calls.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_feature_alone_none_and_all() {
        let features = features(&[
            ("alloc", &[]),
            ("regex", &["dep:regex", "alloc"]),
            ("serde", &[]),
        ]);
        let matrix = matrix([("core", &features)].into_iter());
        assert_eq!(
            calls(&matrix),
            [
                "cargo clippy --quiet -p core --no-default-features -- -D warnings",
                "cargo test --quiet -p core --no-default-features",
                "cargo clippy --quiet -p core --no-default-features --features alloc -- -D warnings",
                "cargo clippy --quiet -p core --no-default-features --features regex -- -D warnings",
                "cargo clippy --quiet -p core --no-default-features --features serde -- -D warnings",
                "cargo clippy --quiet -p core --all-features -- -D warnings",
            ]
        );
        assert_eq!((matrix.checked, matrix.tested, matrix.skipped), (5, 1, 0));
    }

    #[test]
    fn a_set_that_equals_another_is_left_out() {
        let features = features(&[("default", &["json"]), ("json", &[])]);
        let matrix = matrix([("export", &features)].into_iter());
        assert_eq!((matrix.checked, matrix.tested, matrix.skipped), (2, 1, 2));
    }

    #[test]
    fn an_empty_default_equals_no_features() {
        let features = features(&[("default", &[]), ("a", &[]), ("b", &[])]);
        let matrix = matrix([("facade", &features)].into_iter());
        assert_eq!((matrix.checked, matrix.skipped), (4, 1));
    }

    #[test]
    fn a_default_of_its_own_is_checked() {
        let features = features(&[("default", &["a", "b"]), ("a", &[]), ("b", &[]), ("c", &[])]);
        let matrix = matrix([("export", &features)].into_iter());
        let wanted = "cargo clippy --quiet -p export -- -D warnings".to_owned();
        assert!(calls(&matrix).contains(&wanted), "{matrix:?}");
    }

    #[test]
    fn a_crate_without_features_is_checked_once() {
        let matrix = matrix([("tower", &Features::new())].into_iter());
        assert_eq!((matrix.checked, matrix.tested, matrix.skipped), (1, 0, 0));
    }

    #[test]
    fn features_that_imply_each_other_end() {
        let features = features(&[("a", &["b"]), ("b", &["a"])]);
        let matrix = matrix([("x", &features)].into_iter());
        assert_eq!((matrix.checked, matrix.skipped), (2, 2));
    }
}
