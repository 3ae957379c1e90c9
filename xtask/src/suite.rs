//! `cargo xtask conformance` and `cargo xtask demo`: hand everything, `--help` too, to a binary of the conformance package.

use std::ffi::OsString;

use crate::process::Invocation;

/// The call that runs the binary of that name with `args`.
pub(crate) fn binary(name: &str, args: Vec<OsString>) -> Invocation {
    let package = "sentry-trace-conformance";
    let call = ["run", "--quiet", "-p", package, "--bin", name, "--"];
    let call = Invocation::cargo(call.map(OsString::from).into_iter().chain(args));
    // Everything is on loopback, which the proxy of a machine does not reach.
    let loopback = "127.0.0.1,127.0.0.2,localhost,::1";
    match std::env::var("NO_PROXY") {
        Ok(others) if !others.is_empty() => call.env("NO_PROXY", format!("{others},{loopback}")),
        _ if has_proxy() => call.env("NO_PROXY", loopback),
        _ => call,
    }
}

fn has_proxy() -> bool {
    let names = ["ALL_PROXY", "HTTP_PROXY", "all_proxy", "http_proxy"];
    names.iter().any(|name| std::env::var_os(name).is_some())
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
