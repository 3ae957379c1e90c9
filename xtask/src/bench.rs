//! `cargo xtask bench`: hands everything, `--help` too, to the benchmarks' own workspace.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use crate::fallible::Fallible;
use crate::process::Invocation;
use crate::workspace;

pub(crate) fn main(args: Vec<OsString>) -> Fallible<ExitCode> {
    invocation(&workspace::root(), args)?.hand_over()
}

fn invocation(root: &Path, args: Vec<OsString>) -> Fallible<Invocation> {
    let manifest = root.join("bench").join("Cargo.toml");
    if !manifest.is_file() {
        return Err("there is no bench/Cargo.toml: this checkout has no benchmarks".into());
    }
    let call = ["run", "--release", "--manifest-path"].map(OsString::from);
    let call = call.into_iter().chain([manifest.into(), "--".into()]);
    Ok(Invocation::cargo(call.chain(args)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn says_so_when_there_are_no_benchmarks() {
        let nowhere = Path::new("no such folder");
        let error = super::invocation(nowhere, Vec::new()).expect_err("there is nothing to run");
        assert!(error.to_string().contains("bench/Cargo.toml"), "{error}");
    }
}
