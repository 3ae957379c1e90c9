//! What a step needs from the toolchain, and how it is added.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::fallible::Fallible;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// A component of rustup, and the cargo command that it brings.
    Component {
        name: &'static str,
        command: &'static str,
    },
    /// The standard library (or core and alloc) of a target.
    Target(&'static str),
    /// Another version of the whole toolchain.
    Toolchain(String),
}

pub(super) const RUSTFMT: Need = Need::Component {
    name: "rustfmt",
    command: "fmt",
};
pub(super) const CLIPPY: Need = Need::Component {
    name: "clippy",
    command: "clippy",
};

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component { name, .. } => write!(f, "component {name}"),
            Self::Target(name) => write!(f, "target {name}"),
            Self::Toolchain(version) => write!(f, "toolchain {version}"),
        }
    }
}

impl Need {
    /// Adds what is missing.
    ///
    /// # Errors
    /// When it is missing and rustup is too, or cannot add it.
    pub(super) fn ensure(&self) -> Fallible<()> {
        if self.is_there() {
            return Ok(());
        }
        let words = self.rustup_words();
        let by_hand = format!("rustup {}", words.join(" "));
        println!("the {self} is missing: {by_hand}");
        let status = Command::new("rustup")
            .args(words)
            .status()
            .map_err(|error| {
                format!(
                    "the {self} is missing and rustup, which would add it, did not start: {error}"
                )
            })?;
        if status.success() && self.is_there() {
            Ok(())
        } else {
            Err(format!("the {self} is missing and `{by_hand}` could not add it").into())
        }
    }

    fn rustup_words(&self) -> Vec<&str> {
        match self {
            Self::Component { name, .. } => vec!["component", "add", name],
            Self::Target(name) => vec!["target", "add", name],
            Self::Toolchain(version) => {
                vec![
                    "toolchain",
                    "install",
                    version,
                    "--profile",
                    "minimal",
                    "--no-self-update",
                ]
            }
        }
    }

    fn is_there(&self) -> bool {
        match self {
            Self::Component { command, .. } => Command::new("cargo")
                .args([*command, "--version"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            Self::Toolchain(version) => Command::new("rustup")
                .args(["run", version, "cargo", "--version"])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success()),
            Self::Target(name) => Command::new("rustc")
                .args(["--print", "target-libdir", "--target", name])
                .output()
                .is_ok_and(|output| {
                    Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
                        && output.status.success()
                }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Need;

    #[test]
    fn a_target_that_does_not_exist_is_reported_with_the_way_to_add_it() {
        let need = Need::Target("no-such-target");
        assert!(!need.is_there());
        assert_eq!(need.rustup_words().join(" "), "target add no-such-target");
    }

    #[test]
    fn a_toolchain_that_does_not_exist_is_reported_with_the_way_to_install_it() {
        let need = Need::Toolchain("1.2.345".to_owned());
        assert!(!need.is_there());
        let words = need.rustup_words().join(" ");
        assert!(words.starts_with("toolchain install 1.2.345"), "{words}");
    }

    #[test]
    fn a_component_that_does_not_exist_is_missing() {
        let need = Need::Component {
            name: "no-such-component",
            command: "no-such-command",
        };
        assert!(!need.is_there());
    }

    #[test]
    fn the_host_is_there() {
        let host = std::env::consts::ARCH;
        let output = std::process::Command::new("rustc")
            .args(["--print", "host-tuple"])
            .output()
            .expect("rustc starts");
        let tuple = String::from_utf8(output.stdout).expect("a target's name is text");
        assert!(tuple.starts_with(host), "{tuple}");
        assert!(Need::Target(tuple.trim().to_owned().leak()).is_there());
    }
}
