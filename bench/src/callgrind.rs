//! Counting instructions with callgrind.

use std::io::ErrorKind;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::Fallible;
use crate::child::REGION;

/// Set in the environment of a child that runs under callgrind.
pub(crate) const MARK: &str = "SENTRY_TRACE_BENCH_CALLGRIND";

const MISSING: &str = "valgrind is missing and could not be installed: apt-get install valgrind";

/// Makes sure that valgrind is there; tries to install it once.
pub(crate) fn check() -> Fallible<()> {
    if is_there()? {
        return Ok(());
    }
    eprintln!("valgrind is missing: apt-get install -y valgrind");
    let installed = Command::new("apt-get")
        .args(["install", "-y", "valgrind"])
        .stdout(Stdio::null())
        .status();
    match installed {
        Ok(status) if status.success() && is_there()? => Ok(()),
        _ => Err(MISSING.into()),
    }
}

fn is_there() -> Fallible<bool> {
    match Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
    {
        Ok(status) => Ok(status.success()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Instructions of one round, the mean of all in the measured region.
pub(crate) fn instructions(case: &str, rounds: u32) -> Fallible<u64> {
    let executable = std::env::current_exe()?;
    let file = executable.with_file_name(format!("callgrind.{}.{case}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={REGION}"))
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(&executable)
        .args(["--child", case, &rounds.to_string()])
        .env(MARK, "1")
        .output()?;
    if !output.status.success() {
        return Err(format!(
            "{case} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    let total = total(&file);
    std::fs::remove_file(&file)?;
    match total? {
        0 => Err(format!("callgrind saw nothing of {REGION} in {case}").into()),
        total => Ok(total / u64::from(rounds)),
    }
}

fn total(file: &Path) -> Fallible<u64> {
    let text = std::fs::read_to_string(file)?;
    let totals = text.lines().find_map(|line| line.strip_prefix("totals: "));
    Ok(totals.ok_or("callgrind wrote no totals")?.trim().parse()?)
}
