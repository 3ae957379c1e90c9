//! Builds Relay from the source that its Python package has with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use toml::Table;

use super::super::install::{once, own_folder, run};

/// Fetches and builds it, unless that was done.
///
/// # Errors
/// Says what is missing.
pub(super) fn build() -> Result<PathBuf, String> {
    let folder = own_folder().join("peers/relay");
    let source = folder.join("target/source/rustsrc");
    once(&folder, "requirements.txt", "target", || {
        fetch(&folder)?;
        leave_out_symbolic(&source)?;
        use_stable_functions(&source)?;
        compile(&source)
    })?;
    Ok(source.join("target/debug/relay"))
}

fn fetch(folder: &Path) -> Result<(), String> {
    let target = folder.join("target");
    _ = std::fs::remove_dir_all(&target);
    std::fs::create_dir_all(&target).map_err(|error| error.to_string())?;
    let pip = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
    ];
    run(Command::new("python3")
        .args(pip)
        .args([
            "--no-deps",
            "--no-binary",
            "sentry-relay",
            "--dest",
            "target",
        ])
        .args(["--require-hashes", "--requirement", "requirements.txt"])
        .current_dir(folder))?;
    run(Command::new("sh")
        .args(["-c", "tar xzf sentry_relay-*.tar.gz --strip-components 1"])
        .current_dir(&target))?;
    run(Command::new("python3")
        .args(["-m", "zipfile", "-e", "rustsrc.zip", "source"])
        .current_dir(&target))?;
    Ok(())
}

/// Its crates come from a repository; only the parts that write to Kafka need them.
fn leave_out_symbolic(source: &Path) -> Result<(), String> {
    let is_symbolic = |name: &str| name.trim_start_matches("dep:").starts_with("symbolic-");
    edit_manifest(&source.join("Cargo.toml"), |manifest| {
        let dependencies = manifest.get_mut("workspace")?.get_mut("dependencies")?;
        dependencies
            .as_table_mut()?
            .retain(|name, _| !is_symbolic(name));
        Some(())
    })?;
    edit_manifest(&source.join("relay-server/Cargo.toml"), |manifest| {
        let dependencies = manifest.get_mut("dependencies")?.as_table_mut()?;
        dependencies.retain(|name, _| !is_symbolic(name));
        let processing = manifest.get_mut("features")?.get_mut("processing")?;
        let processing = processing.as_array_mut()?;
        processing.retain(|feature| !feature.as_str().is_some_and(is_symbolic));
        Some(())
    })
}

fn edit_manifest(path: &Path, edit: impl FnOnce(&mut Table) -> Option<()>) -> Result<(), String> {
    edit_file(path, |text| {
        let mut manifest: Table = text.parse().ok()?;
        edit(&mut manifest)?;
        Some(manifest.to_string())
    })
}

/// It is written for a newer Rust than the oldest that this project is checked with.
fn use_stable_functions(source: &Path) -> Result<(), String> {
    edit_file(&source.join("relay-config/src/config.rs"), |text| {
        Some(text.replace("self.path.is_empty()", "self.path.as_os_str().is_empty()"))
    })
}

fn edit_file(path: &Path, edit: impl FnOnce(&str) -> Option<String>) -> Result<(), String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("{}: {error}", path.display()))?;
    let text = edit(&text).ok_or_else(|| format!("{} is not as it was", path.display()))?;
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Cargo shows how far it is: a quarter of an hour is long.
fn compile(source: &Path) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build
        .args(["build", "--package", "relay"])
        // Its manifest asks for optimised dependencies, which take several times as long.
        .args(["--config", "profile.dev.package.\"*\".opt-level=0"])
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", source.join("target"))
        // Its build scripts ask git, of which the source is no part.
        .env("RELAY_RELEASE", "relay")
        .current_dir(source);
    let status = build.status().map_err(|error| format!("cargo: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("Relay does not build: {status}")),
    }
}
