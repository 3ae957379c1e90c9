//! The npm packages of `tests/browser`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder with the packages, installed there where they are missing or older than the lock file.
///
/// # Errors
/// There is no npm, or it failed.
pub fn installed() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    if !is_installed(&folder) {
        let npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"];
        run(&folder, &npm).map_err(|error| format!("no npm packages: {error}"))?;
    }
    Ok(folder)
}

/// npm notes what it has installed in a lock file of its own.
fn is_installed(folder: &Path) -> bool {
    let modified = |file: &str| {
        folder
            .join(file)
            .metadata()
            .and_then(|data| data.modified())
    };
    match (
        modified("package-lock.json"),
        modified("node_modules/.package-lock.json"),
    ) {
        (Ok(wanted), Ok(installed)) => wanted <= installed,
        _ => false,
    }
}

/// Says what it does, does it, and gives what was written.
///
/// # Errors
/// The program is not there, or it failed.
pub(super) fn run(folder: &Path, command: &[&str]) -> Result<Output, String> {
    let shown = command.join(" ");
    _ = writeln!(std::io::stderr(), "browser: {shown}");
    let (program, arguments) = command.split_first().ok_or("no program")?;
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(output)
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!("{shown}: {}: {}", output.status, errors.trim()))
    }
}
