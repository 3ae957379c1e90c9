//! Texts of spans, most of which are short or known when the program is compiled.

use std::borrow::{Borrow, Cow};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

/// A text that a span carries. What is `'static` costs no allocation, and neither does what is [copied](Self::copied) or
/// [put together](Self::concat) of at most [`MAX_INLINE`](Self::MAX_INLINE) bytes. On 64-bit targets it is as large as a
/// `String`.
///
/// ```
/// use sentry_trace_runtime::Text;
///
/// let route = String::from("/users/{id}");
/// assert_eq!(Text::concat(["GET", " ", &route]), "GET /users/{id}");
/// ```
#[derive(Clone)]
pub struct Text(Form);

#[derive(Clone)]
enum Form {
    Static(&'static str),
    Inline(Inline),
    Boxed(Box<str>),
}

/// UTF-8, of which the first `len` bytes count. Core's `FixedText` with a length of one byte: with two, a text would not
/// have room for it beside the tag.
#[derive(Clone, Copy)]
struct Inline {
    len: u8,
    bytes: [u8; Text::MAX_INLINE],
}

impl Text {
    /// The longest text that is kept in place, in bytes.
    pub const MAX_INLINE: usize = 22;

    /// No text.
    pub const EMPTY: Self = Self::from_static("");

    /// A text that is not copied.
    #[must_use]
    pub const fn from_static(text: &'static str) -> Self {
        Self(Form::Static(text))
    }

    /// A copy.
    #[must_use]
    pub fn copied(text: &str) -> Self {
        let mut inline = Inline::EMPTY;
        if inline.push(text) {
            Self(Form::Inline(inline))
        } else {
            Self(Form::Boxed(text.into()))
        }
    }

    /// The parts as one text.
    #[inline]
    #[must_use]
    pub fn concat<const N: usize>(parts: [&str; N]) -> Self {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        let mut inline = Inline::EMPTY;
        if len <= Self::MAX_INLINE && parts.iter().all(|part| inline.push(part)) {
            Self(Form::Inline(inline))
        } else {
            Self(Form::Boxed(parts.concat().into()))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Form::Static(text) => text,
            Form::Inline(inline) => inline.as_str(),
            Form::Boxed(text) => text,
        }
    }

    /// Its bytes, which need no look at what they mean.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Form::Static(text) => text.as_bytes(),
            Form::Inline(inline) => inline.as_bytes(),
            Form::Boxed(text) => text.as_bytes(),
        }
    }
}

impl Inline {
    const EMPTY: Self = Self {
        len: 0,
        bytes: [0; Text::MAX_INLINE],
    };

    /// Adds a text, if there is room for all of it.
    fn push(&mut self, text: &str) -> bool {
        let start = usize::from(self.len);
        let room = self.bytes.get_mut(start..start + text.len());
        room.map(|room| {
            room.copy_from_slice(text.as_bytes());
            self.len += text.len() as u8;
        })
        .is_some()
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }
}

impl From<&'static str> for Text {
    fn from(text: &'static str) -> Self {
        Self::from_static(text)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Form::Boxed(text.into()))
    }
}

impl From<Cow<'static, str>> for Text {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

impl From<Box<str>> for Text {
    fn from(text: Box<str>) -> Self {
        Self(Form::Boxed(text))
    }
}

impl From<Text> for Cow<'static, str> {
    fn from(text: Text) -> Self {
        match text.0 {
            Form::Static(text) => Self::Borrowed(text),
            _ => Self::Owned(text.into()),
        }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        match text.0 {
            Form::Boxed(text) => text.into(),
            _ => text.as_str().to_owned(),
        }
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        self
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for Text {}

/// Comparing with other types of text, either one first.
macro_rules! equals {
    ($($other:ty),+) => {$(
        impl PartialEq<$other> for Text {
            fn eq(&self, other: &$other) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }

        impl PartialEq<Text> for $other {
            fn eq(&self, other: &Text) -> bool {
                self.as_bytes() == other.as_bytes()
            }
        }
    )+};
}

equals!(str, &str, String);

impl Ord for Text {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(other)
    }
}

impl PartialOrd for Text {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{Form, Text};

    #[test]
    fn short_copies_are_kept_in_place_and_long_ones_are_not() {
        for len in 0..=2 * Text::MAX_INLINE {
            let text = "\u{fc}".repeat(len / 2) + &"x".repeat(len % 2);
            let (start, end) = text.split_at(len / 4 * 2);
            for copy in [Text::copied(&text), Text::concat([start, "", end])] {
                assert_eq!(copy.as_str(), text);
                assert_eq!(copy.as_bytes(), text.as_bytes());
                let is_inline = matches!(copy.0, Form::Inline(_));
                assert_eq!(is_inline, len <= Text::MAX_INLINE);
                assert_eq!(String::from(copy), text);
            }
        }
    }

    #[test]
    fn texts_are_equal_whatever_their_form() {
        let forms = [
            Text::from("text"),
            Text::copied("text"),
            Text::from(String::from("text")),
            Text::from(Cow::Borrowed("text")),
            Text::from(Cow::<str>::from(Text::copied("text"))),
            Text::from(Box::from("text")),
        ];
        let (same, other) = (String::from("text"), Text::from("texts"));
        for text in &forms {
            assert!(forms.iter().all(|form| form == text));
            assert!(*text == *"text" && "text" == *text && *text == same);
            assert!(*text != other && *text != "other");
        }
        assert_eq!(Text::default(), "");
    }

    #[cfg(target_pointer_width = "64")]
    #[test]
    fn a_text_is_as_large_as_a_string() {
        assert_eq!(size_of::<Text>(), size_of::<String>());
    }
}
