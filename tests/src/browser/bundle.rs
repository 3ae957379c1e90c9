//! The script of a page, with Sentry's SDK in it.

use super::packages::{self, run};

/// A script of `tests/browser` and everything that it imports, as one module.
///
/// # Errors
/// The packages cannot be installed, or the bundler failed.
pub fn bundle(script: &str) -> Result<String, String> {
    let folder = packages::installed()?;
    let output = run(&folder, &["node", "bundle.mjs", script])?;
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
