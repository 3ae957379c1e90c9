//! The modules of a crate and the files that they stand in.

use std::collections::BTreeMap;

use super::imports::{Outline, UsedPath, outline};

/// A crate's modules, by their path from its root.
#[derive(Debug, Default)]
pub(super) struct Modules {
    files: BTreeMap<Vec<String>, String>,
    outlines: Vec<(Vec<String>, Outline)>,
}

impl Modules {
    /// Follows the declarations from the crate's root file. A declared file that is not there
    /// uses nothing: the compiler reports it.
    pub(super) fn of(root: &str, texts: &BTreeMap<&str, &str>) -> Self {
        let mut modules = Self::default();
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        modules.add(Vec::new(), root, folder, texts);
        modules
    }

    fn add(&mut self, path: Vec<String>, file: &str, folder: &str, texts: &BTreeMap<&str, &str>) {
        self.files.insert(path.clone(), file.to_owned());
        let Some(text) = texts.get(file) else { return };
        let outline = outline(text);
        for inline in &outline.inline {
            self.files.insert(joined(&path, inline), file.to_owned());
        }
        for declared in &outline.declared {
            let below = format!("{folder}/{}", declared.join("/"));
            let candidates = [format!("{below}.rs"), format!("{below}/mod.rs")];
            let there = |file: &&String| texts.contains_key(file.as_str());
            let child = candidates.iter().find(there).unwrap_or(&candidates[0]);
            self.add(joined(&path, declared), child, &below, texts);
        }
        self.outlines.push((path, outline));
    }

    /// Every use of one file by another: the user, its line, the used.
    pub(super) fn uses(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        self.outlines.iter().flat_map(move |(module, outline)| {
            let user = self.files[module].as_str();
            outline.paths.iter().filter_map(move |path| {
                let used = self.file_of(module, path)?;
                (used != user).then_some((user, path.line, used))
            })
        })
    }

    /// The file that a path leads to, when it leads to one of this crate.
    fn file_of(&self, module: &[String], path: &UsedPath) -> Option<&str> {
        let mut here = joined(module, &path.within);
        let mut segments = path.segments.iter().map(String::as_str).peekable();
        match *segments.peek()? {
            "crate" => here.clear(),
            "self" | "super" => {}
            child => {
                let is_child = self.files.contains_key(&joined(&here, &[child.to_owned()]));
                return is_child.then(|| self.descend(here, segments));
            }
        }
        while let Some(step) = segments.next_if(|name| ["crate", "self", "super"].contains(name)) {
            if step == "super" {
                here.pop()?;
            }
        }
        Some(self.descend(here, segments))
    }

    /// Goes down as far as there are modules; the rest of the path names items in the last one.
    fn descend<'a>(&self, mut here: Vec<String>, segments: impl Iterator<Item = &'a str>) -> &str {
        for segment in segments {
            let child = joined(&here, &[segment.to_owned()]);
            if !self.files.contains_key(&child) {
                break;
            }
            here = child;
        }
        &self.files[&here]
    }
}

fn joined(path: &[String], more: &[String]) -> Vec<String> {
    [path, more].concat()
}

#[cfg(test)]
mod tests {
    use super::Modules;

    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let texts = files.iter().copied().collect();
        let modules = Modules::of("src/lib.rs", &texts);
        let mut uses: Vec<_> = modules
            .uses()
            .map(|(user, line, used)| format!("{user}:{line} {used}"))
            .collect();
        uses.sort();
        uses
    }

    #[test]
    fn paths_lead_to_files() {
        let files = [
            ("src/lib.rs", "mod a;\nmod b;\npub use a::A;\nuse std::fmt;"),
            ("src/a.rs", "mod c;\nuse c::C;\nuse crate::b::B;"),
            ("src/a/c.rs", "use super::super::b::B;\nstruct C;"),
            ("src/b/mod.rs", "mod d;\nuse self::d::{D, E};"),
            ("src/b/d.rs", "use serde::a::A;"),
        ];
        assert_eq!(
            uses(&files),
            [
                "src/a.rs:2 src/a/c.rs",
                "src/a.rs:3 src/b/mod.rs",
                "src/a/c.rs:1 src/b/mod.rs",
                "src/b/mod.rs:2 src/b/d.rs",
                "src/b/mod.rs:2 src/b/d.rs",
                "src/lib.rs:3 src/a.rs",
            ]
        );
    }

    #[test]
    fn an_inline_module_belongs_to_its_file() {
        let files = [
            (
                "src/lib.rs",
                "mod a;\nmod b { use super::c; use crate::a::A; }",
            ),
            ("src/a.rs", "use crate::b::B;"),
        ];
        assert_eq!(
            uses(&files),
            ["src/a.rs:1 src/lib.rs", "src/lib.rs:2 src/a.rs"]
        );
    }

    #[test]
    fn a_missing_file_is_not_taken_for_its_parent() {
        let files = [
            ("src/lib.rs", "mod a;\nmod gone;\nuse a::A;"),
            ("src/a.rs", "use crate::gone::G;"),
        ];
        assert_eq!(
            uses(&files),
            ["src/a.rs:1 src/gone.rs", "src/lib.rs:3 src/a.rs"]
        );
    }

    #[test]
    fn above_the_root_is_nothing() {
        assert_eq!(uses(&[("src/lib.rs", "use super::super::a;")]), [""; 0]);
    }
}
