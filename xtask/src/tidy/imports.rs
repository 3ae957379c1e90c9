//! The modules that a file declares and the paths that it uses, apart from its tests.

use super::rust_text::{Token, tokens};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outline {
    /// `mod name;`, with the inline modules around it.
    pub(super) declared: Vec<Vec<String>>,
    /// `mod name { … }`, with the inline modules around it.
    pub(super) inline: Vec<Vec<String>>,
    pub(super) paths: Vec<UsedPath>,
}

/// A path as it is written: `crate::a::B`, `super::B`, `a::B`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct UsedPath {
    /// The inline modules of the file in which it stands.
    pub(super) within: Vec<String>,
    pub(super) segments: Vec<String>,
    pub(super) line: usize,
}

pub(super) fn outline(source: &str) -> Outline {
    let tokens = tokens(source);
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        depth: 0,
        within: Vec::new(),
        outline: Outline::default(),
    };
    while reader.at < tokens.len() {
        reader.step();
    }
    reader.outline
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    depth: usize,
    /// The inline modules around `at`, each with the depth of its braces.
    within: Vec<(String, usize)>,
    outline: Outline,
}

impl<'a> Reader<'a> {
    fn step(&mut self) {
        if self.follows(&["#", "[", "cfg", "(", "test", ")", "]"]) {
            self.at += 7;
            self.skip_item();
        } else if self.text(0) == "mod" && self.is_name(1) && self.text(2) == ";" {
            let path = self.path_here(self.text(1));
            self.outline.declared.push(path);
            self.at += 3;
        } else if self.text(0) == "mod" && self.is_name(1) && self.text(2) == "{" {
            let path = self.path_here(self.text(1));
            self.outline.inline.push(path);
            self.depth += 1;
            self.within.push((self.text(1).to_owned(), self.depth));
            self.at += 3;
        } else if self.text(0) == "use" && self.text(1) != "<" {
            self.at += 1;
            self.use_tree(&[]);
        } else if self.starts_path() {
            self.plain_path();
        } else {
            self.brace();
            self.at += 1;
        }
    }

    fn brace(&mut self) {
        if self.text(0) == "{" {
            self.depth += 1;
        } else if self.text(0) == "}" {
            if self
                .within
                .last()
                .is_some_and(|(_, depth)| *depth == self.depth)
            {
                self.within.pop();
            }
            self.depth = self.depth.saturating_sub(1);
        }
    }

    /// Leaves out the item that follows, with its other attributes.
    fn skip_item(&mut self) {
        let is_use = |reader: &Self| reader.text(0) == "use";
        let mut in_use = false;
        let mut brackets = 0_usize;
        while self.at < self.tokens.len() {
            in_use |= is_use(self);
            match self.text(0) {
                "(" | "[" => brackets += 1,
                ")" | "]" => brackets = brackets.saturating_sub(1),
                "{" if brackets == 0 => {
                    self.skip_braces();
                    if !in_use {
                        return;
                    }
                    continue;
                }
                ";" if brackets == 0 => {
                    self.at += 1;
                    return;
                }
                "}" if brackets == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn skip_braces(&mut self) {
        let mut open = 0_usize;
        while self.at < self.tokens.len() {
            match self.text(0) {
                "{" => open += 1,
                "}" => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    /// Reads one tree of a `use`, up to the `,`, `}` or `;` after it.
    fn use_tree(&mut self, prefix: &[String]) {
        let line = self.line();
        let mut segments = prefix.to_vec();
        let from_outside = prefix.is_empty() && self.text(0) == "::";
        while self.at < self.tokens.len() {
            match self.text(0) {
                "{" => {
                    self.at += 1;
                    while self.at < self.tokens.len() && self.text(0) != "}" {
                        self.use_tree(&segments);
                        self.at += usize::from(self.text(0) == ",");
                    }
                    self.at += 1;
                    return;
                }
                "," | "}" | ";" => break,
                "as" => self.at += 2,
                _ => {
                    if self.is_name(0) {
                        segments.push(self.text(0).to_owned());
                    }
                    self.at += 1;
                }
            }
        }
        if !from_outside {
            self.push_path(segments, line);
        }
    }

    fn starts_path(&self) -> bool {
        let before = |back: usize| {
            self.at
                .checked_sub(back)
                .map_or("", |at| self.tokens[at].text)
        };
        let visibility = before(1) == "in" && before(2) == "(" && before(3) == "pub";
        self.is_name(0)
            && self.text(1) == "::"
            && !["::", "$", "."].contains(&before(1))
            && !visibility
    }

    fn plain_path(&mut self) {
        let line = self.line();
        let mut segments = vec![self.text(0).to_owned()];
        self.at += 1;
        while self.text(0) == "::" && self.is_name(1) {
            segments.push(self.text(1).to_owned());
            self.at += 2;
        }
        let is_macro = self.text(0) == "!" && self.text(1) != "=";
        if !is_macro {
            self.push_path(segments, line);
        }
    }

    fn push_path(&mut self, segments: Vec<String>, line: usize) {
        if !segments.is_empty() {
            let within = self.within.iter().map(|(name, _)| name.clone()).collect();
            self.outline.paths.push(UsedPath {
                within,
                segments,
                line,
            });
        }
    }

    fn path_here(&self, name: &str) -> Vec<String> {
        let around = self.within.iter().map(|(name, _)| name.as_str());
        around.chain([name]).map(str::to_owned).collect()
    }

    fn text(&self, ahead: usize) -> &'a str {
        self.tokens
            .get(self.at + ahead)
            .map_or("", |token| token.text)
    }

    fn is_name(&self, ahead: usize) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(Token::is_name)
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).map_or(1, |token| token.line)
    }

    fn follows(&self, wanted: &[&str]) -> bool {
        (0..)
            .zip(wanted)
            .all(|(ahead, text)| self.text(ahead) == *text)
    }
}

#[cfg(test)]
mod tests {
    use super::outline;

    fn paths(source: &str) -> Vec<String> {
        let paths = outline(source).paths;
        paths
            .iter()
            .map(|path| {
                let within: String = path.within.iter().map(|name| format!("{name}/")).collect();
                format!("{within}{}", path.segments.join("::"))
            })
            .collect()
    }

    #[test]
    fn trees_of_use_are_taken_apart() {
        assert_eq!(
            paths("pub use crate::{a::A, b::{self, C as D, e::*}};\nuse super::f;"),
            [
                "crate::a::A",
                "crate::b::self",
                "crate::b::C",
                "crate::b::e",
                "super::f"
            ]
        );
    }

    #[test]
    fn paths_outside_of_use_count() {
        assert_eq!(
            paths("fn a(b: crate::c::D) -> E { f::g::<H>(b) + self.x }"),
            ["crate::c::D", "f::g"]
        );
    }

    #[test]
    fn macros_visibility_and_outside_crates_do_not() {
        let source = "pub(in crate::a) fn b() { crate::c!(); $crate::d::e(); }\nuse ::f::g;\nfn h() -> impl I + use<'_> {}";
        assert_eq!(paths(source), [""; 0]);
    }

    #[test]
    fn tests_do_not_count() {
        let source = "#[cfg(test)]\nmod a;\n#[cfg(test)]\nuse crate::{b::C, d};\n#[cfg(test)]\n#[allow(x)]\nmod tests { use super::*; fn f() { crate::g::h(); } }\nmod i;\nuse crate::i::J;";
        assert_eq!(paths(source), ["crate::i::J"]);
        assert_eq!(outline(source).declared, [["i"]]);
    }

    #[test]
    fn inline_modules_are_known_and_end() {
        let source = "mod a { mod b; fn c() { if d {} } use super::E; }\nuse self::f;";
        assert_eq!(paths(source), ["a/super::E", "self::f"]);
        assert_eq!(outline(source).inline, [["a"]]);
        assert_eq!(outline(source).declared, [["a", "b"]]);
    }

    #[test]
    fn unfinished_source_ends() {
        for source in [
            "use crate::{",
            "mod a {",
            "#[cfg(test)]",
            "use a::{b::{",
            "mod",
            "}",
        ] {
            outline(source);
        }
    }
}
