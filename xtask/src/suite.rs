//! `cargo xtask conformance` and `cargo xtask demo`: hand everything, `--help` too, to a binary of the conformance package.

use std::ffi::OsString;

use crate::process::Invocation;

/// The call that runs the binary of that name with `args`.
pub(crate) fn binary(name: &str, args: Vec<OsString>) -> Invocation {
    let package = "sentry-trace-conformance";
    let call = ["run", "--quiet", "-p", package, "--bin", name, "--"];
    Invocation::cargo(call.map(OsString::from).into_iter().chain(args)).past_proxies()
}

#[cfg(test)]
mod tests {
    #[test]
    fn passes_every_argument_on() {
        let args = vec!["--help".into(), "--json".into(), "--".into()];
        assert_eq!(
            super::binary("demo", args).to_string(),
            "cargo run --quiet -p sentry-trace-conformance --bin demo -- --help --json --"
        );
    }
}
