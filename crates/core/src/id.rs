//! Trace and span ids: random numbers that are never zero (rules R1 and R7).
//!
//! ```
//! use sentry_trace_core::id::{SpanId, TraceId};
//!
//! let trace_id = TraceId::parse(b"771a43a4192642f0b136d5159a501700")?;
//! assert_eq!(trace_id.to_string(), "771a43a4192642f0b136d5159a501700");
//! assert!(TraceId::parse(b"771A43A4192642F0B136D5159A501700").is_err());
//! assert!(SpanId::parse(b"0000000000000000").is_err());
//! # Ok::<(), sentry_trace_core::id::InvalidId>(())
//! ```

use core::fmt;

use crate::hex;

/// The id that all spans of a trace share: 16 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId {
    // As it stands on the wire, where it is read and written for each request; its bytes are rarely asked for.
    digits: [u8; Self::TEXT_LEN],
}

/// The id of one span: 8 bytes, not all zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId {
    digits: [u8; Self::TEXT_LEN],
}

/// Why a text or a number is not an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidId {
    /// Not exactly 32 (trace) or 16 (span) digits.
    Length,
    /// A byte outside `0-9a-f`; upper case is refused.
    Digit,
    /// All zero, which the ingestion side treats as invalid.
    Nil,
}

impl TraceId {
    /// Digits of an id in its text form.
    pub const TEXT_LEN: usize = 32;

    /// Makes a version 4 UUID out of 16 random bytes (rule R7).
    ///
    /// The version and variant bits are set, so that the result is never zero, whatever the bytes are.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self::encode(version_4(bytes))
    }

    /// Takes 16 bytes as they are.
    ///
    /// # Errors
    /// [`InvalidId::Nil`] when all bytes are zero.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, InvalidId> {
        match u128::from_be_bytes(bytes) {
            0 => Err(InvalidId::Nil),
            _ => Ok(Self::encode(bytes)),
        }
    }

    fn encode(bytes: [u8; 16]) -> Self {
        let mut digits = [0; Self::TEXT_LEN];
        for (digits, bytes) in digits.chunks_exact_mut(16).zip(bytes.chunks_exact(8)) {
            let bytes = bytes.try_into().unwrap_or_default();
            digits.copy_from_slice(&hex::encode(bytes));
        }
        Self { digits }
    }

    /// The bytes, most significant first.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        hex::decode(&self.digits)
    }

    /// The 32 digits.
    #[must_use]
    pub const fn to_hex(self) -> [u8; Self::TEXT_LEN] {
        self.digits
    }

    /// The id as two 64-bit halves, upper half first.
    pub(crate) fn halves(self) -> (u64, u64) {
        let id = u128::from_be_bytes(self.to_bytes());
        ((id >> 64) as u64, id as u64)
    }
}

impl SpanId {
    /// Digits of an id in its text form.
    pub const TEXT_LEN: usize = 16;

    /// Takes eight bytes as they are.
    ///
    /// # Errors
    /// [`InvalidId::Nil`] when all bytes are zero.
    pub fn from_bytes(bytes: [u8; 8]) -> Result<Self, InvalidId> {
        match u64::from_be_bytes(bytes) {
            0 => Err(InvalidId::Nil),
            _ => Ok(Self::encode(bytes)),
        }
    }

    /// Makes an id out of eight random bytes; zero, which is no id, becomes one (rule R7).
    #[must_use]
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let number = u64::from_be_bytes(bytes).max(1);
        Self::encode(number.to_be_bytes())
    }

    fn encode(bytes: [u8; 8]) -> Self {
        let digits = hex::encode(bytes);
        Self { digits }
    }

    /// The bytes, most significant first.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        hex::decode(&self.digits)
    }

    /// The 16 digits.
    #[must_use]
    pub const fn to_hex(self) -> [u8; Self::TEXT_LEN] {
        self.digits
    }
}

/// Makes a version 4 UUID out of 16 random bytes (RFC 9562, section 5.4).
#[must_use]
pub const fn version_4(mut random: [u8; 16]) -> [u8; 16] {
    random[6] = random[6] & 0xf | 0x40;
    random[8] = random[8] & 0x3f | 0x80;
    random
}

/// What both kinds of id do alike: text form, parsing and serde.
macro_rules! text_form {
    ($id:ident) => {
        impl $id {
            /// Reads exactly [`TEXT_LEN`](Self::TEXT_LEN) digits of `0-9a-f`.
            ///
            /// # Errors
            /// Says whether the length, a digit or the value is wrong.
            #[inline]
            pub fn parse(text: &[u8]) -> Result<Self, InvalidId> {
                let digits: &[u8; Self::TEXT_LEN] =
                    text.try_into().map_err(|_| InvalidId::Length)?;
                if !hex::are_digits(digits) {
                    Err(InvalidId::Digit)
                } else if *digits == [b'0'; Self::TEXT_LEN] {
                    Err(InvalidId::Nil)
                } else {
                    Ok(Self { digits: *digits })
                }
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(hex::as_str(&self.to_hex()))
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($id))
            }
        }

        impl core::str::FromStr for $id {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text.as_bytes())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $id {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(hex::as_str(&self.to_hex()))
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $id {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::wire_text::deserialize(deserializer, |text| Self::parse(text.as_bytes()))
            }
        }
    };
}

text_form!(TraceId);
text_form!(SpanId);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "an id has exactly 32 (trace) or 16 (span) digits",
            Self::Digit => "an id consists of the digits 0-9 and a-f",
            Self::Nil => "an id is not all zero",
        })
    }
}

impl core::error::Error for InvalidId {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_bytes_become_a_version_4_uuid_and_never_zero() {
        let id = TraceId::from_random([0; 16]);
        assert_eq!(&id.to_hex(), b"00000000000040008000000000000000");
        let id = TraceId::from_random([0xff; 16]);
        assert_eq!(&id.to_hex(), b"ffffffffffff4fffbfffffffffffffff");
        assert_eq!(&SpanId::from_random([0; 8]).to_hex(), b"0000000000000001");
    }

    #[test]
    fn bytes_are_an_id_unless_all_are_zero() {
        assert_eq!(TraceId::from_bytes([0; 16]), Err(InvalidId::Nil));
        assert_eq!(SpanId::from_bytes([0; 8]), Err(InvalidId::Nil));
        let mut bytes = [0; 16];
        bytes[15] = 1;
        let id = TraceId::from_bytes(bytes).expect("not all zero");
        assert_eq!(&id.to_hex(), b"00000000000000000000000000000001");
        assert_eq!(id.to_bytes(), bytes);
    }

    #[test]
    fn each_reason_is_told_apart() {
        assert_eq!(SpanId::parse(b"123"), Err(InvalidId::Length));
        assert_eq!(SpanId::parse(b"123456789012345g"), Err(InvalidId::Digit));
        assert_eq!(SpanId::parse(b"+23456789012345a"), Err(InvalidId::Digit));
        assert_eq!(SpanId::parse(b"0000000000000000"), Err(InvalidId::Nil));
    }
}
