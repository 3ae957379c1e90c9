//! Which files belong to the repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::fallible::Fallible;
use crate::workspace::slashed;

/// Paths relative to `root`, sorted. Git is asked first; without it, or outside a clone, the
/// folder is walked, leaving out hidden version control and folders that `.gitignore` names.
pub(super) fn paths(root: &Path) -> Fallible<Vec<String>> {
    let mut paths = match from_git(root) {
        Ok(paths) => paths,
        Err(reason) => {
            println!("git does not list the files ({reason}); reading the folder instead");
            let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
            let ignored: Vec<_> = ignored_folders(&ignored).chain([".git"]).collect();
            let mut paths = Vec::new();
            walk(root, root, &ignored, &mut paths)?;
            paths
        }
    };
    paths.sort();
    Ok(paths)
}

fn from_git(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others"])
        .args(["--exclude-standard", "--deduplicate"])
        .current_dir(root)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        return Err(errors
            .lines()
            .next()
            .unwrap_or("no reason given")
            .to_owned());
    }
    let listing = String::from_utf8_lossy(&output.stdout);
    let paths = listing.split('\0').filter(|path| !path.is_empty());
    Ok(paths.map(str::to_owned).collect())
}

/// The lines `name/` of a `.gitignore`.
fn ignored_folders(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter_map(|line| line.trim().trim_start_matches('/').strip_suffix('/'))
}

fn walk(root: &Path, folder: &Path, ignored: &[&str], paths: &mut Vec<String>) -> Fallible<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type()?.is_dir() {
            paths.push(slashed(path.strip_prefix(root)?));
        } else if !ignored.iter().any(|name| entry.file_name() == *name) {
            walk(root, &path, ignored, paths)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ignored_folders, walk};

    #[test]
    fn ignored_folders_are_those_with_a_slash_at_the_end() {
        let text = "target/\n/node_modules/\n*.log\n";
        assert_eq!(
            ignored_folders(text).collect::<Vec<_>>(),
            ["target", "node_modules"]
        );
    }

    #[test]
    fn the_walk_leaves_ignored_folders_out() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        walk(root, root, &["tidy"], &mut paths).expect("this package can be read");
        assert!(paths.contains(&"src/tidy.rs".to_owned()), "{paths:?}");
        assert!(
            !paths.iter().any(|path| path.starts_with("src/tidy/")),
            "{paths:?}"
        );
    }
}
