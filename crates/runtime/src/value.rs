//! The values of span data.

use std::borrow::Cow;

use crate::text::Text;

/// A value that a span carries as data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// A text.
    Text(Text),
    /// A whole number.
    Integer(i64),
    /// A number; what is not finite is written as a text, `NaN`, `inf` or `-inf`.
    Float(f64),
    /// Yes or no.
    Bool(bool),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub const fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }
}

/// `From` for what converts without loss.
macro_rules! from {
    ($($variant:ident: $($from:ty),+;)+) => {$($(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        }
    )+)+};
}

from! {
    Text: &'static str, String, Cow<'static, str>, Text;
    Integer: i8, i16, i32, i64, u8, u16, u32;
    Float: f32, f64;
    Bool: bool;
}

impl From<usize> for Value {
    /// A size beyond the largest `i64` becomes the largest.
    fn from(size: usize) -> Self {
        Self::Integer(i64::try_from(size).unwrap_or(i64::MAX))
    }
}
