//! Rust source without what only looks like code: comments and the insides of literals.

/// A name or a sign (`::` is one), with its line, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) line: usize,
}

impl Token<'_> {
    pub(super) fn is_name(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_alphabetic() || c == '_')
    }
}

/// The tokens of `source`; comments, strings and character literals leave none.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(first) = rest.chars().next() {
        let skipped = skipped_length(rest);
        let length = if skipped > 0 {
            skipped
        } else {
            let length = token_length(rest, first);
            if !first.is_whitespace() {
                let text = &rest[..length];
                tokens.push(Token { text, line });
            }
            length
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    tokens
}

fn token_length(rest: &str, first: char) -> usize {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    if in_name(first) {
        rest.find(|c| !in_name(c)).unwrap_or(rest.len())
    } else if rest.starts_with("::") {
        2
    } else {
        first.len_utf8()
    }
}

/// The length of the comment or literal with which `rest` begins, or 0.
fn skipped_length(rest: &str) -> usize {
    if rest.starts_with("//") {
        rest.find('\n').unwrap_or(rest.len())
    } else if rest.starts_with("/*") {
        block_comment_length(rest)
    } else {
        literal_length(rest)
    }
}

fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += char_length(&rest[at..]);
        }
    }
    rest.len()
}

fn literal_length(rest: &str) -> usize {
    let prefix = ["br", "cr", "r", "b", "c", ""]
        .into_iter()
        .find(|prefix| opens_literal(rest, prefix));
    let Some(prefix) = prefix else { return 0 };
    let body = &rest[prefix.len()..];
    let inner = if prefix.ends_with('r') {
        raw_string_length(body)
    } else if body.starts_with('"') {
        escaped_length(body, '"')
    } else {
        char_literal_length(body)
    };
    if inner == 0 { 0 } else { prefix.len() + inner }
}

fn opens_literal(rest: &str, prefix: &str) -> bool {
    let Some(body) = rest.strip_prefix(prefix) else {
        return false;
    };
    if prefix.ends_with('r') {
        body.trim_start_matches('#').starts_with('"')
    } else {
        body.starts_with('"') || (prefix != "c" && body.starts_with('\''))
    }
}

fn raw_string_length(body: &str) -> usize {
    let hashes = body.len() - body.trim_start_matches('#').len();
    let end = format!("\"{}", "#".repeat(hashes));
    let inside = hashes + 1;
    body[inside..]
        .find(&end)
        .map_or(body.len(), |at| inside + at + end.len())
}

fn escaped_length(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in body.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    body.len()
}

/// 0 for a lifetime: a quote, one character, and no quote after it.
fn char_literal_length(body: &str) -> usize {
    let inside = &body[1..];
    if inside.starts_with('\\') {
        return escaped_length(body, '\'');
    }
    let length = char_length(inside);
    if inside[length..].starts_with('\'') {
        length + 2
    } else {
        0
    }
}

fn char_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::tokens;

    fn words(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|token| token.text).collect()
    }

    #[test]
    fn names_and_signs() {
        assert_eq!(
            words("use crate::a_1::{B};"),
            ["use", "crate", "::", "a_1", "::", "{", "B", "}", ";"]
        );
    }

    #[test]
    fn comments_leave_nothing() {
        assert_eq!(words("a // b\nc /* d /* e */ f */ g //"), ["a", "c", "g"]);
        assert_eq!(words("a /* never closed"), ["a"]);
    }

    #[test]
    fn literals_leave_nothing() {
        let source = r###"a "b \" c" d r#"e " f"# g b"h" i 'j' k '\'' l b'm' n br"o" p '"' q"###;
        assert_eq!(words(source), ["a", "d", "g", "i", "k", "l", "n", "p", "q"]);
        assert_eq!(words("a \"never closed"), ["a"]);
    }

    #[test]
    fn lifetimes_are_no_literals() {
        assert_eq!(words("&'a str, 'x'"), ["&", "'", "a", "str", ","]);
        assert_eq!(words("bar r b"), ["bar", "r", "b"]);
    }

    #[test]
    fn lines_are_counted_through_literals_and_comments() {
        let lines: Vec<_> = tokens("a \"\n\" b /*\n*/\nc")
            .iter()
            .map(|token| (token.text, token.line))
            .collect();
        assert_eq!(lines, [("a", 1), ("b", 2), ("c", 4)]);
    }
}
