//! One sentry member.

use core::fmt;

use super::limits::MAX_BYTES;
use crate::percent::{self, Decoded};
use crate::text::trim;

/// What the key of a sentry member begins with, exactly so.
pub const SENTRY_PREFIX: &str = "sentry-";

/// A sentry member: its name without the prefix and its value as it was received.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    /// From the prefix to the end of the value; UTF-8.
    text: &'a [u8],
    name_end: u16,
    value_start: u16,
}

impl<'a> Member<'a> {
    /// A member without white space, bytes beyond ASCII and broken escapes, its sign at `sign`.
    #[inline]
    pub(super) fn plain(text: &'a [u8], sign: usize) -> Option<Self> {
        Self::new(text, sign, sign + 1)
    }

    /// Reads a piece between commas that begins with the prefix, when it is usable.
    #[cold]
    pub(super) fn parse(piece: &'a [u8]) -> Option<Self> {
        let text = trim(piece.split(|&byte| byte == b';').next()?);
        let sign = text.iter().position(|&byte| byte == b'=')?;
        // White space before the name stands inside the key and belongs to it.
        let (key, value) = (trim(&text[..sign]), trim(&text[sign + 1..]));
        let is_usable = core::str::from_utf8(text).is_ok() && !percent::is_broken(value);
        is_usable
            .then(|| Self::new(text, key.len(), text.len() - value.len()))
            .flatten()
    }

    /// A member whose value has no broken escapes, when neither it nor the name is empty.
    #[inline]
    fn new(text: &'a [u8], name_end: usize, value_start: usize) -> Option<Self> {
        debug_assert!(text.len() <= MAX_BYTES);
        let is_usable = name_end > SENTRY_PREFIX.len() && value_start < text.len();
        is_usable.then_some(Self {
            text,
            name_end: name_end as u16,
            value_start: value_start as u16,
        })
    }

    /// The name with its prefix.
    pub(super) fn key(&self) -> &'a [u8] {
        &self.text[..usize::from(self.name_end)]
    }

    /// The name without the prefix `sentry-`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        checked(self.name_bytes())
    }

    /// The name.
    pub(super) fn name_bytes(&self) -> &'a [u8] {
        &self.key()[SENTRY_PREFIX.len()..]
    }

    /// The value as it was received, percent-encoded.
    #[must_use]
    pub fn raw_value(&self) -> &'a str {
        checked(self.raw_bytes())
    }

    /// The value as it was received.
    pub(crate) fn raw_bytes(&self) -> &'a [u8] {
        &self.text[usize::from(self.value_start)..]
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        usize::from(self.name_end) == SENTRY_PREFIX.len() + name.len()
            && self.key().ends_with(name.as_bytes())
    }

    /// The characters of the decoded value.
    pub fn decoded(&self) -> impl Iterator<Item = char> + use<'a> {
        Decoded::new(self.raw_bytes()).map_while(Result::ok)
    }

    /// Whether the decoded value is this text.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        // Without an escape the value is decoded as it stands.
        let has_escape = || text.bytes().any(|byte| byte == b'%');
        self.raw_bytes() == text.as_bytes() && !has_escape() || self.decoded().eq(text.chars())
    }

    /// The decoded value.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn value(&self) -> alloc::borrow::Cow<'a, str> {
        percent::decode(self.raw_value()).unwrap_or_default()
    }
}

impl PartialEq for Member<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key() && self.raw_bytes() == other.raw_bytes()
    }
}

impl Eq for Member<'_> {}

impl fmt::Debug for Member<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SENTRY_PREFIX}{}={}", self.name(), self.raw_value())
    }
}

/// The text of a part that was found to be UTF-8 when it was read.
fn checked(part: &[u8]) -> &str {
    core::str::from_utf8(part).unwrap_or_default()
}
