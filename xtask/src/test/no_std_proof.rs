//! Proves that the builds without std would notice a use of std: it is planted into a copy of
//! core, in two ways, and the builds must fail, for that reason and no other.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::no_std::{BARE, CORE};
use crate::fallible::Fallible;
use crate::process::Invocation;

const CORE_FOLDER: &str = "crates/core";
const REASON: &str = "can't find crate for `std`";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plant {
    Nothing,
    Line,
    Dependency,
}

/// Builds the copy with nothing planted, then with each plant, on the host and on bare targets.
/// On the host every copy must build: this is why the bare targets are needed.
pub(super) fn prove(root: &Path, target_directory: &Path) -> Fallible<()> {
    let scratch = Scratch::new(target_directory)?;
    for plant in [Plant::Nothing, Plant::Line, Plant::Dependency] {
        let copy = scratch.0.join(format!("{plant:?}").to_lowercase());
        copy_core(root, &copy)?;
        sow(plant, &copy)?;
        for target in [None].into_iter().chain(BARE.map(Some)) {
            let must_fail = plant != Plant::Nothing && target.is_some();
            let (built, errors) = build(&copy, target)?;
            let place = target.unwrap_or("the host");
            judge(must_fail, built, &errors)
                .map_err(|error| format!("planted: {plant:?}, for {place}: {error}"))?;
            let verdict = if must_fail {
                "refused for std"
            } else {
                "builds"
            };
            println!("planted: {plant:?}, for {place}: {verdict}, as it must");
        }
    }
    Ok(())
}

/// A folder that goes away with its value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(target_directory: &Path) -> io::Result<Self> {
        let folder = target_directory.join(format!("no_std-proof-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Makes `copy` a workspace with core as its only member.
fn copy_core(root: &Path, copy: &Path) -> Fallible<()> {
    copy_folder(&root.join(CORE_FOLDER), &copy.join(CORE_FOLDER))?;
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    fs::write(copy.join("Cargo.toml"), with_core_alone(&manifest)?)?;
    let lock = root.join("Cargo.lock");
    if lock.is_file() {
        fs::copy(lock, copy.join("Cargo.lock"))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if !entry.file_type()?.is_dir() {
            fs::copy(source, target)?;
        } else if entry.file_name() != "target" {
            copy_folder(&source, &target)?;
        }
    }
    Ok(())
}

fn with_core_alone(manifest: &str) -> Fallible<String> {
    let start = manifest
        .find("\nmembers = [")
        .ok_or("the root manifest has no line `members = [`")?;
    let length = manifest[start..]
        .find("\n]\n")
        .ok_or("the list of members in the root manifest has no end")?;
    let rest = &manifest[start + length + "\n]".len()..];
    Ok(format!(
        "{}\nmembers = [\"{CORE_FOLDER}\"]{rest}",
        &manifest[..start]
    ))
}

fn sow(plant: Plant, copy: &Path) -> io::Result<()> {
    match plant {
        Plant::Nothing => Ok(()),
        Plant::Line => append(
            &copy.join(CORE_FOLDER).join("src/lib.rs"),
            "\nextern crate std;\n",
        ),
        Plant::Dependency => {
            let source = copy.join("planted/src");
            fs::create_dir_all(&source)?;
            fs::write(
                copy.join("planted/Cargo.toml"),
                "[package]\nname = \"planted\"\nedition = \"2024\"\n",
            )?;
            fs::write(
                source.join("lib.rs"),
                "pub fn now() -> std::time::Instant {\n    std::time::Instant::now()\n}\n",
            )?;
            append(
                &copy.join(CORE_FOLDER).join("Cargo.toml"),
                "\n[dependencies.planted]\npath = \"../../planted\"\n",
            )
        }
    }
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    let old = fs::read_to_string(file)?;
    fs::write(file, old + text)
}

/// Whether it was built, and what cargo said.
fn build(copy: &Path, target: Option<&str>) -> Fallible<(bool, String)> {
    let base = ["build", "--quiet", "-p", CORE, "--no-default-features"];
    let target = target.map(|target| ["--target", target]);
    let call = Invocation::cargo(base.into_iter().chain(target.into_iter().flatten()));
    println!("$ {call}");
    let output = call
        .command_in(copy)
        .env("CARGO_TARGET_DIR", copy.join("target"))
        .output()
        .map_err(|error| format!("`{call}` did not start: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.success(), errors))
}

fn judge(must_fail: bool, built: bool, errors: &str) -> Result<(), String> {
    match (must_fail, built) {
        (false, true) => Ok(()),
        (false, false) => Err(format!("it must build and does not:\n{errors}")),
        (true, true) => Err("it must not build and does: std went unnoticed".to_owned()),
        (true, false) if errors.contains(REASON) => Ok(()),
        (true, false) => Err(format!("it failed, but not because of std:\n{errors}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{REASON, judge, with_core_alone};

    #[test]
    fn the_copy_has_one_member_and_keeps_the_rest() {
        let manifest = "[workspace]\nmembers = [\n    # Why.\n    \"crates/core\",\n    \"tests\",\n]\nexclude = []\n\n[workspace.package]\nedition = \"2024\"\n";
        assert_eq!(
            with_core_alone(manifest).expect("there is a list of members"),
            "[workspace]\nmembers = [\"crates/core\"]\nexclude = []\n\n[workspace.package]\nedition = \"2024\"\n"
        );
    }

    #[test]
    fn a_manifest_without_members_is_refused() {
        assert!(with_core_alone("[package]\n").is_err());
    }

    #[test]
    fn a_failure_counts_only_for_the_right_reason() {
        assert!(judge(true, false, REASON).is_ok());
        assert!(judge(true, false, "can't find crate for `core`").is_err());
        assert!(judge(true, true, "").is_err());
    }

    #[test]
    fn what_has_nothing_planted_must_build() {
        assert!(judge(false, true, "").is_ok());
        assert!(judge(false, false, REASON).is_err());
    }
}
