//! The `sentry-trace` header (rule R1; Trace Propagation 1.9.0, "sentry-trace header").
//!
//! ```
//! use sentry_trace_core::decision::Decision;
//! use sentry_trace_core::sentry_trace::{InvalidSentryTrace, SentryTrace};
//!
//! let header = SentryTrace::parse(b"771a43a4192642f0b136d5159a501700-1234567890abcdef-1")?;
//! assert_eq!(header.decision, Decision::Sampled);
//! assert_eq!(header.to_text().as_str(), "771a43a4192642f0b136d5159a501700-1234567890abcdef-1");
//!
//! // No flag is a decision that was not made.
//! let header = SentryTrace::parse(b"771a43a4192642f0b136d5159a501700-1234567890abcdef")?;
//! assert_eq!(header.decision, Decision::Deferred);
//! assert_eq!(SentryTrace::parse(b"0-1-1"), Err(InvalidSentryTrace::Length));
//! # Ok::<(), InvalidSentryTrace>(())
//! ```

use core::fmt;

use crate::decision::Decision;
use crate::id::{InvalidId, SpanId, TraceId};
use crate::text::{FixedText, trim};

/// The name of the header, as it is written.
pub const NAME: &str = "sentry-trace";

/// The content of a `sentry-trace` header.
#[doc(alias = "TraceparentData")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SentryTrace {
    /// The trace that the request belongs to.
    pub trace_id: TraceId,
    /// The span of the sender; the parent of the receiver's span. Absent in the forms `T` and `T-F`.
    pub span_id: Option<SpanId>,
    /// What the sender decided.
    pub decision: Decision,
}

/// Why a value is not a `sentry-trace` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidSentryTrace {
    /// There is no value, or nothing but white space.
    Empty,
    /// A byte beyond ASCII.
    NotAscii,
    /// A field has a wrong number of digits.
    Length,
    /// A digit outside `0-9a-f`; upper case is refused.
    Digit,
    /// The trace id is all zero.
    NilTraceId,
    /// The span id is all zero.
    NilSpanId,
    /// The flag is neither `0` nor `1`.
    Flag,
    /// Something follows the flag.
    ExtraPart,
}

/// The text of a header on the stack: at most 51 bytes.
pub type SentryTraceText = FixedText<51>;

impl SentryTrace {
    /// Reads one value: `T`, `T-`, `T-S`, `T-S-`, `T-S-F` or `T-F`, space and tab around it trimmed.
    ///
    /// # Errors
    /// The exact reason of the refusal.
    pub fn parse(value: &[u8]) -> Result<Self, InvalidSentryTrace> {
        let value = trim(value);
        let (trace_id, span_id, flag) = match value.len() {
            32 => (value, None, None),
            33 if value[32] == b'-' => (&value[..32], None, None),
            34 if value[32] == b'-' => (&value[..32], None, Some(value[33])),
            49 if value[32] == b'-' => (&value[..32], Some(&value[33..]), None),
            50 if value[32] == b'-' && value[49] == b'-' => {
                (&value[..32], Some(&value[33..49]), None)
            }
            51 if value[32] == b'-' && value[49] == b'-' => {
                (&value[..32], Some(&value[33..49]), Some(value[50]))
            }
            _ => return Err(shape_error(value)),
        };
        let decision = match flag {
            None => Decision::Deferred,
            Some(b'1') => Decision::Sampled,
            Some(b'0') => Decision::NotSampled,
            Some(_) => return Err(flag_error(value)),
        };
        Ok(Self {
            trace_id: TraceId::parse(trace_id)
                .map_err(|reason| id_error(reason, value, InvalidSentryTrace::NilTraceId))?,
            span_id: span_id
                .map(SpanId::parse)
                .transpose()
                .map_err(|reason| id_error(reason, value, InvalidSentryTrace::NilSpanId))?,
            decision,
        })
    }

    /// Reads header lines: each line may join several values with commas, and the first valid one counts.
    ///
    /// # Errors
    /// The reason why the first value was refused, [`InvalidSentryTrace::Empty`] when there is none.
    pub fn parse_lines<'a>(
        lines: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, InvalidSentryTrace> {
        let mut first_refusal = None;
        for line in lines {
            match Self::parse(line).or_else(|_| Self::parse_pieces(line)) {
                Ok(header) => return Ok(header),
                Err(reason) => _ = first_refusal.get_or_insert(reason),
            }
        }
        Err(first_refusal.unwrap_or(InvalidSentryTrace::Empty))
    }

    /// Reads what is no single value: the first valid piece between commas counts.
    #[cold]
    fn parse_pieces(line: &[u8]) -> Result<Self, InvalidSentryTrace> {
        let mut pieces = line.split(|&byte| byte == b',').map(Self::parse);
        let first = pieces.next().unwrap_or(Err(InvalidSentryTrace::Empty));
        first.or_else(|reason| pieces.find_map(Result::ok).ok_or(reason))
    }

    /// Writes `T-S-F`, or `T-S` when the decision is deferred (rule R8).
    #[must_use]
    pub fn to_text(&self) -> SentryTraceText {
        let mut text = SentryTraceText::new();
        text.push(&self.trace_id.to_hex());
        if let Some(span_id) = self.span_id {
            text.push(b"-");
            text.push(&span_id.to_hex());
        }
        match self.decision {
            Decision::Sampled => text.push(b"-1"),
            Decision::NotSampled => text.push(b"-0"),
            Decision::Deferred => {}
        }
        text
    }
}

#[cold]
fn shape_error(value: &[u8]) -> InvalidSentryTrace {
    if value.is_empty() {
        return InvalidSentryTrace::Empty;
    }
    if !value.is_ascii() {
        return InvalidSentryTrace::NotAscii;
    }
    let mut parts = value.split(|&byte| byte == b'-');
    let right_length = |part: Option<&[u8]>, length| part.is_none_or(|part| part.len() == length);
    if !right_length(parts.next(), TraceId::TEXT_LEN)
        || !right_length(parts.next(), SpanId::TEXT_LEN)
    {
        return InvalidSentryTrace::Length;
    }
    parts.next();
    match parts.next() {
        Some(_) => InvalidSentryTrace::ExtraPart,
        None => InvalidSentryTrace::Flag,
    }
}

#[cold]
fn flag_error(value: &[u8]) -> InvalidSentryTrace {
    if value.is_ascii() {
        InvalidSentryTrace::Flag
    } else {
        InvalidSentryTrace::NotAscii
    }
}

#[cold]
fn id_error(reason: InvalidId, value: &[u8], nil: InvalidSentryTrace) -> InvalidSentryTrace {
    match reason {
        _ if !value.is_ascii() => InvalidSentryTrace::NotAscii,
        InvalidId::Nil => nil,
        InvalidId::Length => InvalidSentryTrace::Length,
        InvalidId::Digit => InvalidSentryTrace::Digit,
    }
}

impl fmt::Display for SentryTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.to_text().as_str())
    }
}

impl core::str::FromStr for SentryTrace {
    type Err = InvalidSentryTrace;

    fn from_str(text: &str) -> Result<Self, InvalidSentryTrace> {
        Self::parse(text.as_bytes())
    }
}

impl fmt::Display for InvalidSentryTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "there is no sentry-trace value",
            Self::NotAscii => "sentry-trace has a byte beyond ASCII",
            Self::Length => "a field of sentry-trace has a wrong number of digits",
            Self::Digit => "sentry-trace has a digit outside 0-9 and a-f",
            Self::NilTraceId => "the trace id in sentry-trace is all zero",
            Self::NilSpanId => "the span id in sentry-trace is all zero",
            Self::Flag => "the flag of sentry-trace is neither 0 nor 1",
            Self::ExtraPart => "something follows the flag of sentry-trace",
        })
    }
}

impl core::error::Error for InvalidSentryTrace {}

#[cfg(feature = "serde")]
impl serde::Serialize for SentryTrace {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.to_text().as_str())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for SentryTrace {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire_text::deserialize(deserializer, |text| Self::parse(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::format;

    const T: &str = "771a43a4192642f0b136d5159a501700";

    fn refusal(value: &str) -> InvalidSentryTrace {
        SentryTrace::parse(value.as_bytes()).expect_err(value)
    }

    #[test]
    fn each_reason_is_told_apart() {
        use InvalidSentryTrace as E;
        assert_eq!(refusal(""), E::Empty);
        assert_eq!(refusal(" \t"), E::Empty);
        assert_eq!(refusal("0"), E::Length);
        assert_eq!(refusal(&T.to_uppercase()), E::Digit);
        assert_eq!(refusal(&format!("{T}-1234567890abcdef-2")), E::Flag);
        assert_eq!(refusal(&format!("{T}-1234567890abcdef-01")), E::Flag);
        assert_eq!(refusal(&format!("{T}-1234567890abcdef-1-x")), E::ExtraPart);
        assert_eq!(refusal(&format!("{T}-1234567890abcde-1")), E::Length);
        assert_eq!(refusal(&format!("{T}-0000000000000000-1")), E::NilSpanId);
        assert_eq!(refusal(&"0".repeat(32)), E::NilTraceId);
        assert_eq!(refusal(&format!("{T}-1234567890abcdeé-1")), E::NotAscii);
        assert_eq!(refusal(&format!("{T}-\u{80}")), E::NotAscii);
    }

    #[test]
    fn fields_are_separated_by_dashes_alone() {
        for form in [
            "",
            "-1",
            "-",
            "-1234567890abcdef",
            "-1234567890abcdef-",
            "-1234567890abcdef-1",
        ] {
            let value = format!("{T}{form}");
            assert!(SentryTrace::parse(value.as_bytes()).is_ok(), "{value}");
            for (at, _) in value.match_indices('-') {
                let mut other = value.clone();
                other.replace_range(at..=at, "_");
                assert!(SentryTrace::parse(other.as_bytes()).is_err(), "{other}");
            }
        }
    }

    #[test]
    fn the_first_valid_piece_of_all_lines_counts() {
        let lines = [&b"bogus"[..], b" ,771a43a4192642f0b136d5159a501700-1"];
        let header = SentryTrace::parse_lines(lines).expect("the second line holds one");
        assert_eq!(header.to_text().as_str(), format!("{T}-1"));
        assert_eq!(SentryTrace::parse_lines([]), Err(InvalidSentryTrace::Empty));
        assert_eq!(
            SentryTrace::parse_lines([&b"x,"[..]]),
            Err(InvalidSentryTrace::Length)
        );
    }
}
