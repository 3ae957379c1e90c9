//! Relay's process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use super::super::process::ask_to_end;
use super::config::{self, PATIENCE};
use super::upstream::Upstream;

/// A Relay that listens; it is killed when this is dropped.
pub(super) struct Relay {
    pub(super) address: SocketAddr,
    child: Child,
}

impl Relay {
    pub(super) async fn start(program: &Path, upstream: &Upstream) -> Result<Self, String> {
        let text = |error: std::io::Error| error.to_string();
        let folder = program.with_file_name("conformance");
        _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).map_err(text)?;
        let address = free_address().map_err(text)?;
        let settings = config::settings(address, upstream.address).to_string();
        std::fs::write(folder.join("config.yml"), settings).map_err(text)?;

        let relay = || {
            let mut command = Command::new(program);
            command.arg("--config").arg(&folder).kill_on_drop(true);
            command
        };
        let generated = relay().args(["credentials", "generate"]).output().await;
        if !generated.map_err(text)?.status.success() {
            return Err("Relay makes no credentials".to_owned());
        }
        let credentials = std::fs::read(folder.join("credentials.json")).map_err(text)?;
        let credentials =
            serde_json::from_slice(&credentials).map_err(|error| error.to_string())?;
        upstream.trust(&credentials);

        let mut child = relay()
            .arg("run")
            .stderr(Stdio::piped())
            .spawn()
            .map_err(text)?;
        let stderr = child.stderr.take().ok_or("it has no stderr")?;
        let lines = BufReader::new(stderr).lines();
        timeout(PATIENCE, until_it_listens(lines))
            .await
            .map_err(|_| "Relay does not listen in time")??;
        Ok(Self { address, child })
    }

    /// Asks it to deliver what it has and to end, and waits until it has.
    pub(super) async fn stop(mut self) -> Result<(), String> {
        ask_to_end(&mut self.child, PATIENCE).await
    }
}

/// Free when it was asked for.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Waits for the line that says so, and has the further ones read, so that Relay never waits for that.
async fn until_it_listens(mut lines: Lines<BufReader<ChildStderr>>) -> Result<(), String> {
    let mut last = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("listening on") {
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(());
        }
        last = line;
    }
    Err(format!("Relay ended: {last}"))
}
