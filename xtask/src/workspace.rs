//! Where the workspace lies and what its manifests say.

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand, Package};

use crate::fallible::Fallible;

/// The repository's root: the folder above this package's own.
pub(crate) fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.parent().map(Path::to_owned).unwrap_or(package)
}

/// `cargo metadata` of the members alone: it reads manifests and needs no network.
pub(crate) fn metadata() -> Fallible<Metadata> {
    Ok(MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()?)
}

/// The members that are published: those in `crates/`.
pub(crate) fn library_crates(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    metadata
        .packages
        .iter()
        .filter(|package| folder(package, metadata).starts_with("crates/"))
}

/// A member's folder, relative to the root, with `/` between the parts.
pub(crate) fn folder(package: &Package, metadata: &Metadata) -> String {
    let manifest = package.manifest_path.as_std_path();
    relative(manifest.parent().unwrap_or(manifest), metadata)
}

/// A path below the root as text, with `/` between the parts on every system.
pub(crate) fn relative(path: &Path, metadata: &Metadata) -> String {
    slashed(path.strip_prefix(&metadata.workspace_root).unwrap_or(path))
}

/// A relative path as text, with `/` between the parts on every system.
pub(crate) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}
