//! The `baggage` header, incoming: its sentry members, indexed without an allocation (rule R2; W3C Baggage 3.3).
//!
//! ```
//! use sentry_trace_core::baggage::SentryMembers;
//!
//! let lines = [&b"vendor=x,sentry-release=1%2E0;property"[..], b"sentry-sampled=true"];
//! let members = SentryMembers::parse(lines);
//! let names: Vec<_> = members.iter().map(|member| member.name()).collect();
//! assert_eq!(names, ["release", "sampled"]);
//! let release = members.get("release").expect("it is there");
//! assert_eq!(release.raw_value(), "1%2E0");
//! assert!(release.is("1.0"));
//! ```

use core::fmt;

use crate::percent::Decoded;
use crate::text::trim;

/// The name of the header, as it is written.
pub const NAME: &str = "baggage";

/// What the key of a sentry member begins with, exactly so.
pub const SENTRY_PREFIX: &str = "sentry-";

/// Bytes that are read of all lines together, and written into one (rules R2 and R8).
pub const MAX_BYTES: usize = 8192;

/// Distinct sentry names that are kept (rule R2).
pub const MAX_MEMBERS: usize = 64;

/// A sentry member: its name without the prefix and its value as it was received.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Member<'a> {
    name: &'a str,
    raw_value: &'a str,
}

/// The sentry members of all lines of a request, in order, each name once.
#[derive(Clone)]
pub struct SentryMembers<'a> {
    members: [Member<'a>; MAX_MEMBERS],
    len: usize,
}

impl<'a> SentryMembers<'a> {
    /// No members.
    pub const EMPTY: Self = Self {
        members: [Member {
            name: "",
            raw_value: "",
        }; MAX_MEMBERS],
        len: 0,
    };

    /// Reads all lines, in order, as if joined by commas.
    ///
    /// Nothing fails: a member that is not usable is dropped, and what is over a limit is ignored.
    #[must_use]
    pub fn parse(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut members = Self::EMPTY;
        let mut budget = MAX_BYTES;
        for line in lines {
            members.read_line(line, budget);
            // The comma that would join the next line counts.
            match budget.checked_sub(line.len() + 1) {
                Some(left) => budget = left,
                None => break,
            }
        }
        members
    }

    fn read_line(&mut self, line: &'a [u8], budget: usize) {
        let text = core::str::from_utf8(line).ok();
        let mut start = 0;
        while start <= line.len() {
            let rest = &line[start..];
            let end = start
                + rest
                    .iter()
                    .position(|&byte| byte == b',')
                    .unwrap_or(rest.len());
            if end > budget {
                return;
            }
            // A line that is not UTF-8 as a whole may still hold members that are, their properties aside.
            let piece = match text {
                Some(text) => text.get(start..end),
                None => core::str::from_utf8(without_properties(&line[start..end])).ok(),
            };
            if let Some(member) = piece.and_then(Member::parse) {
                self.insert(member);
            }
            start = end + 1;
        }
    }

    fn insert(&mut self, member: Member<'a>) {
        let same_name = |known: &&mut Member<'a>| known.name == member.name;
        if let Some(known) = self.members[..self.len].iter_mut().find(same_name) {
            *known = member;
        } else if let Some(free) = self.members.get_mut(self.len) {
            *free = member;
            self.len += 1;
        }
    }

    /// The members in the order of their first appearance.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Member<'a>> + '_ {
        self.members[..self.len].iter().copied()
    }

    /// The member with this name (without the prefix).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Member<'a>> {
        self.iter().find(|member| member.name == name)
    }

    /// Whether no member was usable.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<'a> Member<'a> {
    /// Reads one piece between commas, when it is a usable sentry member.
    fn parse(piece: &'a str) -> Option<Self> {
        let piece = trim_str(piece).strip_prefix(SENTRY_PREFIX)?;
        let (name, value) = split_once(piece, b'=')?;
        // White space before the name stands inside the key and belongs to it.
        let (name, value) = (trim_str_end(name), trim_str(until(value, b';')));
        let usable = !name.is_empty()
            && !value.is_empty()
            && !name.as_bytes().contains(&b';')
            && (!value.as_bytes().contains(&b'%') || Decoded::new(value).all(|c| c.is_ok()));
        usable.then_some(Self {
            name,
            raw_value: value,
        })
    }

    /// The name without the prefix `sentry-`.
    #[must_use]
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// The value as it was received, percent-encoded.
    #[must_use]
    pub const fn raw_value(&self) -> &'a str {
        self.raw_value
    }

    /// The characters of the decoded value.
    pub fn decoded(&self) -> impl Iterator<Item = char> + use<'a> {
        Decoded::new(self.raw_value).map_while(Result::ok)
    }

    /// Whether the decoded value is this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.raw_value == text && !text.contains('%') || self.decoded().eq(text.chars())
    }

    /// The decoded value.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn value(&self) -> alloc::borrow::Cow<'a, str> {
        if self.raw_value.contains('%') {
            alloc::borrow::Cow::Owned(self.decoded().collect())
        } else {
            alloc::borrow::Cow::Borrowed(self.raw_value)
        }
    }
}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SENTRY_PREFIX}{}={}", self.name, self.raw_value)
    }
}

impl fmt::Debug for SentryMembers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Whether a piece between commas is a sentry member, usable or not (rule R8).
pub(crate) fn is_sentry(piece: &[u8]) -> bool {
    trim(piece).starts_with(SENTRY_PREFIX.as_bytes())
}

fn trim_str(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

fn trim_str_end(text: &str) -> &str {
    text.trim_end_matches([' ', '\t'])
}

fn without_properties(piece: &[u8]) -> &[u8] {
    match piece.iter().position(|&byte| byte == b';') {
        Some(at) => &piece[..at],
        None => piece,
    }
}

fn split_once(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((&text[..at], &text[at + 1..]))
}

fn until(text: &str, end: u8) -> &str {
    match text.bytes().position(|byte| byte == end) {
        Some(at) => &text[..at],
        None => text,
    }
}
