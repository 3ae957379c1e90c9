//! Percent-encoding of baggage values: W3C Baggage 3.3.2.2, as `encodeURIComponent` writes it.

use core::fmt;

/// The decoded characters of a value; ends with an error at a bad escape or invalid UTF-8.
///
/// `+` is a plus sign (rule R2).
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    rest: &'a [u8],
}

/// A bad escape, or escapes that do not form UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidEscape;

impl<'a> Decoded<'a> {
    /// Of a value that is UTF-8.
    pub(crate) const fn new(value: &'a [u8]) -> Self {
        Self { rest: value }
    }

    fn byte(&mut self) -> Result<u8, InvalidEscape> {
        match self.rest {
            [b'%', high, low, rest @ ..] => {
                let byte = digit(*high)? << 4 | digit(*low)?;
                self.rest = rest;
                Ok(byte)
            }
            [b'%', ..] | [] => Err(InvalidEscape),
            [byte, rest @ ..] => {
                self.rest = rest;
                Ok(*byte)
            }
        }
    }

    fn char(&mut self) -> Result<char, InvalidEscape> {
        let first = self.byte()?;
        let len = match first {
            0x00..=0x7f => return Ok(char::from(first)),
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return Err(InvalidEscape),
        };
        let mut bytes = [first, 0, 0, 0];
        for byte in &mut bytes[1..len] {
            *byte = self.byte()?;
        }
        let text = core::str::from_utf8(&bytes[..len]).map_err(|_| InvalidEscape)?;
        text.chars().next().ok_or(InvalidEscape)
    }
}

impl Iterator for Decoded<'_> {
    type Item = Result<char, InvalidEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let next = self.char();
        if next.is_err() {
            self.rest = &[];
        }
        Some(next)
    }
}

/// The text behind the escapes; `None` where one is bad, or they do not form UTF-8.
///
/// ```
/// use sentry_trace_core::percent::decode;
///
/// assert_eq!(decode("a%20b").as_deref(), Some("a b"));
/// assert_eq!(decode("a%2"), None);
/// ```
#[cfg(feature = "alloc")]
#[must_use]
pub fn decode(value: &str) -> Option<alloc::borrow::Cow<'_, str>> {
    if value.contains('%') {
        let decoded: Result<_, _> = Decoded::new(value.as_bytes()).collect();
        decoded.ok().map(alloc::borrow::Cow::Owned)
    } else {
        Some(alloc::borrow::Cow::Borrowed(value))
    }
}

/// Whether UTF-8 text has a bad escape, or escapes that do not form UTF-8.
pub(crate) fn is_broken(value: &[u8]) -> bool {
    Decoded::new(value).any(|c| c.is_err())
}

fn digit(byte: u8) -> Result<u8, InvalidEscape> {
    let value = char::from(byte).to_digit(16).ok_or(InvalidEscape)?;
    Ok(value as u8)
}

/// What `encodeURIComponent` leaves as it is, by byte.
const IS_PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 0x80 {
        let is_mark = matches!(
            byte,
            b'!' | b'\'' | b'(' | b')' | b'*' | b'~' | b'-' | b'_' | b'.'
        );
        plain[byte as usize] = byte.is_ascii_alphanumeric() || is_mark;
        byte += 1;
    }
    plain
};

/// Hands the encoded text out in pieces.
pub(crate) fn encode(text: &str, mut emit: impl FnMut(&[u8])) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut rest = text.as_bytes();
    while let Some(&first) = rest.first() {
        let plain = rest
            .iter()
            .position(|&byte| !IS_PLAIN[usize::from(byte)])
            .unwrap_or(rest.len());
        if plain > 0 {
            emit(&rest[..plain]);
            rest = &rest[plain..];
        } else {
            let (high, low) = (first >> 4, first & 0xf);
            emit(&[b'%', DIGITS[usize::from(high)], DIGITS[usize::from(low)]]);
            rest = &rest[1..];
        }
    }
}

impl fmt::Display for InvalidEscape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a bad escape, or escapes that do not form UTF-8")
    }
}

impl core::error::Error for InvalidEscape {}

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use super::encode;

    #[test]
    fn letters_digits_and_nine_marks_stay_as_they_are() {
        for byte in 0..0x80_u8 {
            let text = String::from(char::from(byte));
            let mut encoded = Vec::new();
            encode(&text, |piece| encoded.extend_from_slice(piece));
            let is_plain = byte.is_ascii_alphanumeric() || b"!'()*~-_.".contains(&byte);
            let expected = if is_plain {
                text
            } else {
                format!("%{byte:02X}")
            };
            assert_eq!(String::from_utf8(encoded), Ok(expected));
        }
    }
}
