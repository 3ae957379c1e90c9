//! Builds and installs peers, with the tools that the machine has.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::hop::Kind;

/// What starts a peer.
#[derive(Clone, Debug)]
pub(super) struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
}

impl Program {
    /// The call that starts it, with none of the settings that are around.
    pub(super) fn command(&self, kind: Kind) -> tokio::process::Command {
        let mut command = tokio::process::Command::new(&self.path);
        command.args(&self.arguments).current_dir(&self.folder);
        if let Kind::Rust(server, client) = kind {
            command.args(["--server", server, "--client", client]);
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("SENTRY_") || text.starts_with("PEER_") {
                command.env_remove(&name);
            }
        }
        command
    }
}

/// Makes a peer ready to be started.
///
/// # Errors
/// Says what is missing.
pub(super) fn install(kind: Kind) -> Result<Program, String> {
    match kind {
        Kind::Rust(..) => {
            let package = ["-p", "sentry-trace-conformance", "--bin", "rust-peer"];
            build(&package, own_folder())
        }
        Kind::Otel => build(&[], own_folder().join("peers/otel")),
        Kind::Node => node(own_folder().join("peers/node")),
        Kind::Python => python(own_folder().join("peers/python")),
    }
}

pub(super) fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn build(arguments: &[&str], folder: PathBuf) -> Result<Program, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--quiet",
            "--message-format=json-render-diagnostics",
        ])
        .args(arguments)
        .current_dir(&folder)
        .stderr(std::process::Stdio::inherit());
    let output = run(&mut command)?;
    let mut executables = output.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    Ok(Program {
        path: executables.next_back().ok_or("cargo names no executable")?,
        arguments: Vec::new(),
        folder,
    })
}

fn node(folder: PathBuf) -> Result<Program, String> {
    run(Command::new("node").arg("--version")).map_err(|error| format!("no node: {error}"))?;
    once(&folder, "package-lock.json", "node_modules", || {
        run(Command::new("npm").arg("ci").current_dir(&folder)).map(drop)
    })?;
    Ok(Program {
        path: "node".into(),
        arguments: ["--import", "./instrument.js", "service.js"]
            .map(str::to_owned)
            .into(),
        folder,
    })
}

fn python(folder: PathBuf) -> Result<Program, String> {
    let interpreter = folder.join(".venv/bin/python");
    once(&folder, "requirements.txt", ".venv", || {
        run(Command::new("python3")
            .args(["-m", "venv", ".venv"])
            .current_dir(&folder))?;
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ];
        let mut install = Command::new(&interpreter);
        install
            .args(pip)
            .args(["-r", "requirements.txt"])
            .current_dir(&folder);
        run(&mut install).map(drop)
    })?;
    Ok(Program {
        path: interpreter,
        arguments: vec!["service.py".to_owned()],
        folder,
    })
}

/// Installs into a folder unless it holds what the list names already.
pub(super) fn once(
    folder: &Path,
    list: &str,
    into: &str,
    install: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let read = |path: PathBuf| std::fs::read_to_string(path).map_err(|error| error.to_string());
    let wanted = read(folder.join(list))?;
    let mark = folder.join(into).join(".installed");
    if read(mark.clone()).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    std::fs::write(mark, wanted).map_err(|error| error.to_string())
}

pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        let last = errors.lines().last().unwrap_or_default();
        Err(format!("{program}: {}: {last}", output.status))
    }
}
