//! Reading folders of vectors.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::operation::Operation;

/// One case.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Case {
    /// Unique among all cases.
    pub id: String,
    /// The rule of `PROTOCOL.md` that decides.
    pub rule: String,
    /// Where the fact comes from.
    pub source: String,
    /// What Sentry's SDKs do where they differ.
    pub peers: Option<Value>,
    /// The op and its facts.
    pub operation: Operation,
}

/// The cases of all folders, in the order of folders, file names and lines.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Vectors {
    /// The cases.
    pub cases: Vec<Case>,
}

/// A line as it stands in a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    id: String,
    op: String,
    rule: String,
    #[serde(borrow)]
    input: &'a RawValue,
    #[serde(borrow)]
    expect: &'a RawValue,
    source: String,
    #[serde(default)]
    peers: Option<Value>,
}

/// Where a case stands.
#[derive(Clone, Debug)]
struct Place {
    folder: usize,
    file: PathBuf,
    line: usize,
}

impl Vectors {
    /// The folder of this package.
    #[must_use]
    pub fn own_folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
    }

    /// Reads every `*.jsonl` file of the folders and of those below them. A folder that is named twice is read once.
    ///
    /// The same line may stand in two folders and is then two cases; in one folder an id stands once.
    ///
    /// # Errors
    /// Every fault that was found, each with its file and line.
    pub fn load(folders: &[PathBuf]) -> Result<Self, Vec<String>> {
        let mut loader = Loader::default();
        let mut seen = Vec::new();
        for folder in folders {
            match folder.canonicalize() {
                Ok(path) if seen.contains(&path) => {}
                Ok(path) => {
                    loader.folder(seen.len(), folder);
                    seen.push(path);
                }
                Err(error) => loader.fault(folder, error),
            }
        }
        if loader.faults.is_empty() {
            Ok(Self {
                cases: loader.cases,
            })
        } else {
            Err(loader.faults)
        }
    }

    /// The case of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.id == id)
    }
}

#[derive(Default)]
struct Loader {
    cases: Vec<Case>,
    faults: Vec<String>,
    /// For each id, where it stands first and the whole line.
    known: HashMap<String, (Place, String)>,
}

impl Loader {
    fn fault(&mut self, path: &Path, what: impl fmt::Display) {
        self.faults.push(format!("{}: {what}", path.display()));
    }

    fn folder(&mut self, folder: usize, path: &Path) {
        let mut files = Vec::new();
        if let Err(error) = vector_files(path, &mut files) {
            return self.fault(path, error);
        }
        if files.is_empty() {
            return self.fault(path, "no *.jsonl file here");
        }
        for file in files {
            self.file(folder, &file);
        }
    }

    fn file(&mut self, folder: usize, file: &Path) {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => return self.fault(file, error),
        };
        if text.is_empty() {
            return self.fault(file, "there is no vector in it");
        }
        for (index, line) in text.lines().enumerate() {
            let place = Place {
                folder,
                file: file.to_owned(),
                line: index + 1,
            };
            if let Err(what) = self.line(&place, line) {
                self.faults.push(format!("{place}: {what}"));
            }
        }
    }

    fn line(&mut self, place: &Place, text: &str) -> Result<(), String> {
        let line: Line<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let operation = Operation::read(&line.op, line.input, line.expect)?;
        self.claim(&line.id, place, text)?;
        self.cases.push(Case {
            id: line.id,
            rule: line.rule,
            source: line.source,
            peers: line.peers,
            operation,
        });
        Ok(())
    }

    fn claim(&mut self, id: &str, place: &Place, text: &str) -> Result<(), String> {
        if id.is_empty() {
            return Err("the id is empty".to_owned());
        }
        match self.known.get(id) {
            Some((known, same)) if known.folder == place.folder || same != text => {
                Err(format!("duplicate id `{id}`, it stands at {known} already"))
            }
            // Folders are read one after the other: what counts is where it stood last.
            _ => {
                let known = (place.clone(), text.to_owned());
                self.known.insert(id.to_owned(), known);
                Ok(())
            }
        }
    }
}

/// The vectors in a folder and below it, sorted by path.
fn vector_files(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let entries: Result<Vec<_>, _> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut paths = entries?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            vector_files(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}
