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

use crate::percent::{self, Decoded};
use crate::scan;
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
#[derive(Clone, Copy)]
pub struct Member<'a> {
    /// From the prefix to the end of the value.
    text: &'a str,
    name_end: u16,
    value_start: u16,
    /// The last bytes of the name, which tell most names apart.
    tail: [u8; 4],
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
        members: [Member::NONE; MAX_MEMBERS],
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
            members.read_line(whole_pieces(line, budget));
            // The comma that would join the next line counts.
            match budget.checked_sub(line.len() + 1) {
                Some(left) => budget = left,
                None => break,
            }
        }
        members
    }

    fn read_line(&mut self, line: &'a [u8]) {
        if let Ok(text) = core::str::from_utf8(line) {
            return self.read(text);
        }
        // A line that is not UTF-8 as a whole may still hold members that are, their properties aside.
        for piece in line.split(|&byte| byte == b',') {
            if let Ok(text) = core::str::from_utf8(without_properties(piece)) {
                self.read(text);
            }
        }
    }

    fn read(&mut self, text: &'a str) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while let Some(piece) = bytes.get(start..) {
            let piece = trim_start(piece);
            let mut end = bytes.len() - piece.len();
            if let Some(unprefixed) = piece.strip_prefix(SENTRY_PREFIX.as_bytes()) {
                let (len, is_encoded) = unprefixed_len(unprefixed);
                let len = SENTRY_PREFIX.len() + len;
                let member = text.get(end..end + len);
                if let Some(member) = member.and_then(|text| Member::parse(text, is_encoded)) {
                    self.insert(member);
                }
                end += len;
            }
            if bytes.get(end) != Some(&b',') {
                end += position_or_end(&bytes[end..], [b',']);
            }
            start = end + 1;
        }
    }

    fn insert(&mut self, member: Member<'a>) {
        let same_key = |known: &&mut Member<'a>| {
            known.tail == member.tail
                && known.name_end == member.name_end
                && known.key() == member.key()
        };
        if let Some(known) = self.members[..self.len].iter_mut().find(same_key) {
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
        let mut members = self.members[..self.len].iter();
        members.find(|member| member.is_named(name)).copied()
    }

    /// The members as they came, as the text of a context: `sentry-a=1,sentry-b=2`.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_text(&self) -> alloc::string::String {
        let members = &self.members[..self.len];
        let len = members.iter().map(|member| member.text.len() + 1).sum();
        let mut text = alloc::string::String::with_capacity(len);
        for member in members {
            if !text.is_empty() {
                text.push(',');
            }
            match member.compact() {
                Some(member) => text.push_str(member),
                None => {
                    text.push_str(&member.text[..usize::from(member.name_end)]);
                    text.push('=');
                    text.push_str(member.raw_value());
                }
            }
        }
        text
    }

    /// Whether no member was usable.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<'a> Member<'a> {
    const NONE: Self = Self {
        text: "",
        name_end: 0,
        value_start: 0,
        tail: [0; 4],
    };

    /// Reads what begins with the prefix and ends before a comma or semicolon, when it is usable.
    fn parse(text: &'a str, is_encoded: bool) -> Option<Self> {
        let (bytes, name_start) = (text.as_bytes(), SENTRY_PREFIX.len());
        let sign = name_start + scan::position(&bytes[name_start..], [b'='])?;
        // White space before the name stands inside the key and belongs to it.
        let key = trim_end(&bytes[..sign]);
        let after_sign = trim_start(&bytes[sign + 1..]);
        let value = trim_end(after_sign);
        let is_usable = key.len() > name_start
            && !value.is_empty()
            && !(is_encoded && percent::is_broken(value));
        if !is_usable {
            return None;
        }
        let value_start = bytes.len() - after_sign.len();
        Some(Self {
            text: text.get(..value_start + value.len())?,
            name_end: u16::try_from(key.len()).ok()?,
            value_start: u16::try_from(value_start).ok()?,
            tail: *key.last_chunk()?,
        })
    }

    /// The name with its prefix.
    fn key(&self) -> &'a [u8] {
        &self.text.as_bytes()[..usize::from(self.name_end)]
    }

    /// The name without the prefix `sentry-`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.text[SENTRY_PREFIX.len()..usize::from(self.name_end)]
    }

    /// The value as it was received, percent-encoded.
    #[must_use]
    pub fn raw_value(&self) -> &'a str {
        &self.text[usize::from(self.value_start)..]
    }

    fn is_named(&self, name: &str) -> bool {
        usize::from(self.name_end) == SENTRY_PREFIX.len() + name.len()
            && self.key().ends_with(name.as_bytes())
    }

    /// `sentry-name=value` where it was received so, without white space around the sign.
    #[cfg(feature = "alloc")]
    fn compact(&self) -> Option<&'a str> {
        (self.value_start == self.name_end + 1).then_some(self.text)
    }

    /// The characters of the decoded value.
    pub fn decoded(&self) -> impl Iterator<Item = char> + use<'a> {
        Decoded::new(self.raw_value()).map_while(Result::ok)
    }

    /// Whether the decoded value is this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.raw_value() == text && !is_encoded(text) || self.decoded().eq(text.chars())
    }

    /// The decoded value.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn value(&self) -> alloc::borrow::Cow<'a, str> {
        if is_encoded(self.raw_value()) {
            alloc::borrow::Cow::Owned(self.decoded().collect())
        } else {
            alloc::borrow::Cow::Borrowed(self.raw_value())
        }
    }
}

impl PartialEq for Member<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.raw_value() == other.raw_value()
    }
}

impl Eq for Member<'_> {}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SENTRY_PREFIX}{}={}", self.name(), self.raw_value())
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

/// How long the member is that `piece` begins with, its prefix and properties aside, and whether it has an escape.
fn unprefixed_len(piece: &[u8]) -> (usize, bool) {
    let len = position_or_end(piece, [b',', b';', b'%']);
    if piece.get(len) != Some(&b'%') {
        return (len, false);
    }
    (len + position_or_end(&piece[len..], [b',', b';']), true)
}

fn position_or_end<const N: usize>(text: &[u8], needles: [u8; N]) -> usize {
    scan::position(text, needles).unwrap_or(text.len())
}

/// What of a line can be read within the limit: the member that it cuts is left out whole.
fn whole_pieces(line: &[u8], budget: usize) -> &[u8] {
    let Some(readable) = line.get(..=budget) else {
        return line;
    };
    let last_comma = readable.iter().rposition(|&byte| byte == b',');
    &line[..last_comma.unwrap_or(0)]
}

fn is_encoded(text: &str) -> bool {
    scan::position(text.as_bytes(), [b'%']).is_some()
}

fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', after @ ..] = text {
        text = after;
    }
    text
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [before @ .., b' ' | b'\t'] = text {
        text = before;
    }
    text
}

fn without_properties(piece: &[u8]) -> &[u8] {
    match piece.iter().position(|&byte| byte == b';') {
        Some(at) => &piece[..at],
        None => piece,
    }
}
