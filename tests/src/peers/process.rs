//! A peer's process: started, asked to end, and killed where it does not.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::e2e::wire::PATIENCE;

/// A process that listens; it is killed when this is dropped.
pub(super) struct Process {
    pub(super) address: SocketAddr,
    child: Child,
    /// Kept open, so that what it says later does not break it.
    _stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts it, and waits for its line `LISTENING PORT`.
    pub(super) async fn start(mut command: Command) -> Result<Self, String> {
        command.stdout(Stdio::piped()).stdin(Stdio::null());
        command.kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let stdout = child.stdout.take().ok_or("it has no stdout")?;
        let mut stdout = BufReader::new(stdout);
        let mut line = String::new();
        timeout(PATIENCE, stdout.read_line(&mut line))
            .await
            .map_err(|_| "it does not listen in time")?
            .map_err(|error| error.to_string())?;
        let port = line.trim().strip_prefix("LISTENING ");
        let port = port.and_then(|port| port.parse().ok());
        let port: u16 = port.ok_or_else(|| format!("it begins with {line:?}"))?;
        Ok(Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            child,
            _stdout: stdout,
        })
    }

    /// Asks it to deliver what it has and to end, and waits until it has.
    pub(super) async fn stop(mut self) -> Result<(), String> {
        ask_to_end(&mut self.child, PATIENCE).await
    }
}

/// Sends SIGTERM and waits until it has ended well.
pub(super) async fn ask_to_end(child: &mut Child, patience: Duration) -> Result<(), String> {
    let Some(id) = child.id() else {
        return Err("it ended before it was asked to".to_owned());
    };
    let asked = Command::new("sh")
        .args(["-c", "kill -TERM \"$1\"", "sh", &id.to_string()])
        .status();
    asked.await.map_err(|error| error.to_string())?;
    let ended = timeout(patience, child.wait())
        .await
        .map_err(|_| "it does not end when it is asked to")?;
    let status = ended.map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("it ended with {status}"))
    }
}
