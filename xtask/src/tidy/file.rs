//! A text file of the repository.

use std::fs;
use std::path::Path;

#[derive(Clone, Debug)]
pub(super) struct File {
    /// Relative to the root, with `/` between the parts.
    pub(super) path: String,
    pub(super) text: String,
}

impl File {
    /// Lines with their numbers, from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A file that a package manager writes: versions and hashes.
    pub(super) fn is_lock(&self) -> bool {
        matches!(
            self.name(),
            "Cargo.lock" | "package-lock.json" | "npm-shrinkwrap.json"
        )
    }
}

/// Reads those of `paths` that are there and are text.
pub(super) fn read(root: &Path, paths: &[String]) -> Vec<File> {
    paths
        .iter()
        .filter_map(|path| {
            let text = fs::read_to_string(root.join(path)).ok()?;
            let path = path.clone();
            Some(File { path, text })
        })
        .collect()
}

#[cfg(test)]
pub(super) fn planted(path: &str, text: &str) -> File {
    File {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}
