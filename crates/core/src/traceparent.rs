//! The `traceparent` header of W3C Trace Context, section 3.2 (rule R8).
//!
//! ```
//! use sentry_trace_core::traceparent;
//!
//! let header = traceparent::parse(b"00-771a43a4192642f0b136d5159a501700-1234567890abcdef-01")?;
//! let text = traceparent::format(header.trace_id, header.span_id.expect("always there"), header.decision);
//! assert_eq!(text.as_str(), "00-771a43a4192642f0b136d5159a501700-1234567890abcdef-01");
//! # Ok::<(), traceparent::InvalidTraceparent>(())
//! ```

use core::fmt;

use crate::decision::Decision;
use crate::hex;
use crate::id::{InvalidId, SpanId, TraceId};
use crate::sentry_trace::SentryTrace;
use crate::text::{FixedText, trim};

/// The name of the header, as it is written.
pub const NAME: &str = "traceparent";

/// The text of a header on the stack: 55 bytes.
pub type TraceparentText = FixedText<55>;

/// Why a value is not a `traceparent` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidTraceparent {
    /// Not 55 bytes, or more than 55 and not a later version with further fields.
    Length,
    /// The version is not two digits of `0-9a-f`, or the forbidden `ff`.
    Version,
    /// The fields are not separated by dashes where version 00 has them.
    Separator,
    /// One of the ids is not valid.
    Id(InvalidId),
    /// The flags are not two digits of `0-9a-f`.
    Flags,
}

/// Reads one value. Bit 0 of the flags is the decision; this header has no deferred state.
///
/// # Errors
/// The exact reason of the refusal.
pub fn parse(value: &[u8]) -> Result<SentryTrace, InvalidTraceparent> {
    let value = trim(value);
    let Some((fields, further)) = value.split_at_checked(55) else {
        return Err(InvalidTraceparent::Length);
    };
    let version = hex::decode_byte(&fields[..2]).ok_or(InvalidTraceparent::Version)?;
    match (version, further) {
        (0xff, _) => return Err(InvalidTraceparent::Version),
        (_, []) => {}
        (1.., [b'-', ..]) => {}
        _ => return Err(InvalidTraceparent::Length),
    }
    if [fields[2], fields[35], fields[52]] != [b'-'; 3] {
        return Err(InvalidTraceparent::Separator);
    }
    let trace_id = TraceId::parse(&fields[3..35]).map_err(InvalidTraceparent::Id)?;
    let span_id = SpanId::parse(&fields[36..52]).map_err(InvalidTraceparent::Id)?;
    let flags = hex::decode_byte(&fields[53..]).ok_or(InvalidTraceparent::Flags)?;
    Ok(SentryTrace {
        trace_id,
        span_id: Some(span_id),
        decision: Decision::from(flags & 1 == 1),
    })
}

/// Writes version 00: flags `01` when sampled, otherwise `00`.
#[must_use]
pub fn format(trace_id: TraceId, span_id: SpanId, decision: Decision) -> TraceparentText {
    let mut text = TraceparentText::new();
    text.push(b"00-");
    text.push(&trace_id.to_hex());
    text.push(b"-");
    text.push(&span_id.to_hex());
    text.push(if decision.is_sampled() {
        b"-01"
    } else {
        b"-00"
    });
    text
}

impl fmt::Display for InvalidTraceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("traceparent has a wrong length"),
            Self::Version => f.write_str("traceparent has no usable version"),
            Self::Separator => f.write_str("the fields of traceparent are not separated by dashes"),
            Self::Id(reason) => write!(f, "traceparent: {reason}"),
            Self::Flags => f.write_str("the flags of traceparent are not two digits"),
        }
    }
}

impl core::error::Error for InvalidTraceparent {}
