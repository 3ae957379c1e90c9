//! Which responses may carry a trace at all.

use super::list::members;

/// Whether meta tags or `Server-Timing` may go into a response with this status and these `Cache-Control` lines (rule R11).
///
/// A trace in a stored response would be handed to every later visitor. So it stays out of a 304, and out of a response
/// with `public`, `s-maxage`, `immutable`, or a `max-age` above 0 without `private`. A plain `no-store` permits whatever
/// stands beside it, except on a 304; `private` counts only without an argument.
#[must_use]
pub fn may_carry_trace<'a>(status: u16, cache_control: impl IntoIterator<Item = &'a [u8]>) -> bool {
    const NOT_MODIFIED: u16 = 304;
    let mut no_store = false;
    let mut private = false;
    let mut shared = false;
    let mut max_age = false;
    for (name, argument) in cache_control
        .into_iter()
        .flat_map(members)
        .map(split_argument)
    {
        let is = |directive: &[u8]| name.eq_ignore_ascii_case(directive);
        no_store |= is(b"no-store") && argument.is_none();
        private |= is(b"private") && argument.is_none();
        shared |= is(b"public") || is(b"s-maxage") || is(b"immutable");
        max_age |= is(b"max-age") && argument.is_some_and(is_above_zero);
    }
    status != NOT_MODIFIED && (no_store || !(shared || max_age && !private))
}

/// Whether a `Content-Type` is `text/html`, its parameters aside.
#[must_use]
pub fn is_html(content_type: &[u8]) -> bool {
    let media_type = content_type
        .split(|b| *b == b';')
        .next()
        .unwrap_or_default();
    media_type.trim_ascii().eq_ignore_ascii_case(b"text/html")
}

fn split_argument(directive: &[u8]) -> (&[u8], Option<&[u8]>) {
    match directive.iter().position(|b| *b == b'=') {
        Some(at) => (
            directive[..at].trim_ascii(),
            Some(directive[at + 1..].trim_ascii()),
        ),
        None => (directive, None),
    }
}

/// Compares digits, since no integer type holds every number that may be written. A cache may read the number that a
/// malformed argument starts with, so what follows it does not count.
fn is_above_zero(argument: &[u8]) -> bool {
    let digits = argument
        .strip_prefix(b"\"")
        .unwrap_or(argument)
        .trim_ascii_start();
    digits
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .any(|b| *b != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_lines_count_together() {
        let allowed =
            |lines: &[&'static str]| may_carry_trace(200, lines.iter().map(|line| line.as_bytes()));
        assert!(allowed(&[]));
        assert!(allowed(&["max-age=60", "private"]));
        assert!(!allowed(&["max-age=0", "max-age=60"]));
        assert!(!allowed(&["private", "public"]));
    }

    #[test]
    fn arguments_are_told_from_names() {
        for (line, allowed) in [
            ("max-age=60, private=\"set-cookie\"", false),
            ("max-age = 60", false),
            ("max-age=\" 60\"", false),
            ("max-age=000", true),
            ("max-age=0060", false),
            ("max-age=60x", false),
            ("max-age=\"\"", true),
            ("max-age=", true),
            ("no-cache=\"public, immutable\"", true),
            ("no-cache=\"a\\\", public\"", true),
            ("no-cache=\"a, public", false),
            ("no-store, max-age=60", true),
            ("no-store, public", true),
            ("no-store=x, public", false),
            ("s-maxage=0", false),
            ("PUBLIC=1", false),
            ("private, immutable", false),
        ] {
            assert_eq!(may_carry_trace(200, [line.as_bytes()]), allowed, "{line}");
        }
        assert!(!may_carry_trace(304, [b"no-store".as_slice()]));
    }

    #[test]
    fn html_is_known_by_its_media_type() {
        for content_type in ["text/html", " Text/HTML ;charset=utf-8", "text/html;"] {
            assert!(is_html(content_type.as_bytes()), "{content_type}");
        }
        for content_type in [
            "",
            "text/htmlx",
            "application/xhtml+xml",
            "text/plain; x=text/html",
        ] {
            assert!(!is_html(content_type.as_bytes()), "{content_type}");
        }
    }
}
