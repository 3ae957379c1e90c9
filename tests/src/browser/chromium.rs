//! Headless Chromium.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::packages::{self, run};

/// A page to visit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Visit {
    /// The page.
    pub url: String,
    /// The width of the window in CSS pixels; 1280 where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// What to click, as a CSS selector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub click: Option<&'static str>,
    /// What is to become visible, as a selector of Playwright; without one the page is to leave an outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<&'static str>,
    /// The outcome, as an expression; without one it is what the page left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<&'static str>,
}

/// What came of a visit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Outcome {
    /// Why what was waited for did not come.
    pub failed: Option<String>,
    /// What the page's calls came to.
    pub calls: Vec<Call>,
    /// What the page would send as `sentry-trace`.
    pub header: Option<String>,
    /// What was read off the page.
    pub seen: Value,
    /// Exceptions that nothing in the page caught.
    pub errors: Vec<String>,
    /// Errors on the console, the browser's own included.
    pub complaints: Vec<String>,
}

/// What a call of a page came to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Call {
    /// Where it went.
    pub url: String,
    /// The status of its answer.
    pub status: Option<u16>,
    /// Why there was none.
    pub error: Option<String>,
}

const PLACES: [&str; 3] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
];

/// The browser, installed where it is missing and Debian's packages can be. `CHROMIUM` names another one.
///
/// # Errors
/// There is none, and it cannot be installed.
pub fn installed() -> Result<PathBuf, String> {
    if let Some(path) = std::env::var_os("CHROMIUM") {
        return Ok(path.into());
    }
    if let Some(path) = find() {
        return Ok(path);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    run(folder, &["apt-get", "update"])
        .and_then(|_| run(folder, &["apt-get", "install", "--yes", "chromium"]))
        .map_err(|error| format!("no Chromium: {error}"))?;
    find().ok_or_else(|| "no Chromium, though its package is installed".to_owned())
}

fn find() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// Lets the visitors come one after the other, each without having been anywhere. A visitor opens all pages before the first
/// click. Gives what came of the visits in their order; blocks until it is done.
///
/// # Errors
/// The browser is not there, or did not start.
pub fn visit(visitors: &[Vec<Visit>]) -> Result<Vec<Outcome>, String> {
    let folder = packages::installed()?;
    let executable = installed()?;
    let work = json!({ "executable": executable, "visitors": visitors });
    let mut driver = Command::new("node")
        .arg("visit.mjs")
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("node: {error}"))?;
    if let Some(mut input) = driver.stdin.take() {
        input
            .write_all(work.to_string().as_bytes())
            .map_err(|error| format!("node: {error}"))?;
    }
    let output = driver
        .wait_with_output()
        .map_err(|error| format!("node: {error}"))?;
    serde_json::from_slice(&output.stdout).map_err(|error| {
        let errors = String::from_utf8_lossy(&output.stderr);
        format!("the browser's driver: {error}; {}", errors.trim())
    })
}
