//! Outgoing headers: which are written, and the baggage line that results (rule R8).
//!
//! Whether the URL matches the targets is asked before (rule R9, [`targets`](crate::targets)).
//!
#![cfg_attr(feature = "alloc", doc = "```")]
#![cfg_attr(not(feature = "alloc"), doc = "```ignore")]
//! use sentry_trace_core::headers::{Presence, SignedHeaders, merge_baggage};
//!
//! let present = Presence { sentry_trace: false, traceparent: false };
//! let written = present.decide(SignedHeaders::default(), true);
//! assert!(written.sentry_trace && written.baggage && written.traceparent);
//!
//! let mut value = Vec::new();
//! merge_baggage([&b"vendor=1, sentry-old=2"[..]], b"sentry-release=1.0", &mut value);
//! assert_eq!(value, b"vendor=1,sentry-release=1.0");
//! ```

#[cfg(feature = "alloc")]
use alloc::{borrow::Cow, vec::Vec};

use crate::baggage::{self, is_sentry};
use crate::buffer::Buffer;
use crate::member::MemberWriter;
use crate::{sentry_trace, traceparent};

/// Which headers a request already carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// A `sentry-trace` of the caller's, valid or not. What we wrote on an earlier attempt does not count.
    pub sentry_trace: bool,
    /// A `traceparent`.
    pub traceparent: bool,
}

/// Which headers are to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Write `sentry-trace`.
    pub sentry_trace: bool,
    /// Replace all `baggage` lines by the merged one, or remove them when that is empty.
    pub baggage: bool,
    /// Write `traceparent`.
    pub traceparent: bool,
}

impl Presence {
    /// A hand-made pair wins whole, and headers that a signature covers are not touched or added.
    #[must_use]
    pub const fn decide(self, signed: SignedHeaders, propagate_traceparent: bool) -> Written {
        if self.sentry_trace {
            return Written {
                sentry_trace: false,
                baggage: false,
                traceparent: false,
            };
        }
        Written {
            sentry_trace: !signed.sentry_trace,
            baggage: !signed.baggage,
            traceparent: propagate_traceparent && !self.traceparent && !signed.traceparent,
        }
    }
}

/// Which of our headers a signature in `authorization` covers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `sentry-trace` is signed.
    pub sentry_trace: bool,
    /// `baggage` is signed.
    pub baggage: bool,
    /// `traceparent` is signed.
    pub traceparent: bool,
}

impl SignedHeaders {
    /// Reads the lists behind `SignedHeaders=` in the values of `authorization`: names in any case, joined by `;`. Behind
    /// a list stands a comma (AWS), `&` (Azure) or the end. What else stands there is read as names too: one that is
    /// taken for signed in vain costs less than a signature.
    #[must_use]
    pub fn read<'a>(authorization: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut signed = Self::default();
        for value in authorization {
            for name in signed_lists(value).flat_map(names) {
                signed.sentry_trace |= name.eq_ignore_ascii_case(sentry_trace::NAME.as_bytes());
                signed.baggage |= name.eq_ignore_ascii_case(baggage::NAME.as_bytes());
                signed.traceparent |= name.eq_ignore_ascii_case(traceparent::NAME.as_bytes());
            }
        }
        signed
    }
}

/// What stands behind each `SignedHeaders=`, to the next comma or `&`.
fn signed_lists(authorization: &[u8]) -> impl Iterator<Item = &[u8]> {
    const MARK: &[u8] = b"signedheaders=";
    let starts = authorization
        .windows(MARK.len())
        .enumerate()
        .filter(|(_, window)| window.eq_ignore_ascii_case(MARK))
        .map(|(at, _)| at + MARK.len());
    starts.filter_map(|start| {
        let list = authorization.get(start..)?;
        list.split(|byte| matches!(byte, b',' | b'&')).next()
    })
}

fn names(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let names = list.split(|byte| matches!(byte, b';' | b' ' | b'\t'));
    names.map(TrimQuotes::trim_quotes)
}

trait TrimQuotes {
    fn trim_quotes(&self) -> &Self;
}

impl TrimQuotes for [u8] {
    fn trim_quotes(&self) -> &Self {
        let start = self.strip_prefix(b"\"").unwrap_or(self);
        start.strip_suffix(b"\"").unwrap_or(start)
    }
}

/// Writes one `baggage` value: the existing foreign members byte for byte, then ours. Gives its length in bytes;
/// zero means that there is no such header.
///
/// `ours` is the text of a frozen context, or empty. At most 8192 bytes result, unless the foreign members alone
/// are longer; then ours stay out. One of ours that cannot stand in a header value is left out.
pub fn merge_baggage<'a>(
    existing: impl IntoIterator<Item = &'a [u8]>,
    ours: &[u8],
    out: &mut impl Buffer,
) -> usize {
    let mut members = MemberWriter::new(out);
    for line in existing {
        for piece in line.split(|&byte| byte == b',') {
            if !piece.is_empty() && !is_sentry(piece) {
                members.foreign(piece);
            }
        }
    }
    if members.written() == 0 && goes_whole(ours) {
        out.push(ours);
        return ours.len();
    }
    for member in ours.split(|&byte| byte == b',') {
        if !member.is_empty() && is_header_value(member) {
            members.whole(member);
        }
    }
    members.written()
}

/// As [`merge_baggage`], without a copy of ours where nothing has to be merged.
///
/// ```
/// use sentry_trace_core::headers::merged_baggage;
///
/// assert!(matches!(merged_baggage([], b"sentry-a=1"), std::borrow::Cow::Borrowed(b"sentry-a=1")));
/// assert_eq!(*merged_baggage([&b"vendor=1"[..]], b"sentry-a=1"), *b"vendor=1,sentry-a=1");
/// ```
#[cfg(feature = "alloc")]
pub fn merged_baggage<'a, 'o>(
    existing: impl IntoIterator<Item = &'a [u8]>,
    ours: &'o [u8],
) -> Cow<'o, [u8]> {
    let mut existing = existing.into_iter().peekable();
    if existing.peek().is_none() && goes_whole(ours) {
        return Cow::Borrowed(ours);
    }
    let mut value = Vec::with_capacity(ours.len());
    merge_baggage(existing, ours, &mut value);
    Cow::Owned(value)
}

/// Whether the text of a context is a header value as it stands.
fn goes_whole(ours: &[u8]) -> bool {
    ours.len() <= baggage::MAX_BYTES && is_header_value(ours)
}

/// Whether these bytes may stand in a header value (RFC 9110, section 5.5).
fn is_header_value(bytes: &[u8]) -> bool {
    // Without an early exit, so that compilers make vector instructions of it.
    bytes.iter().fold(true, |is_value, &byte| {
        is_value & ((byte >= 0x20 && byte != 0x7f) | (byte == b'\t'))
    })
}

#[cfg(all(test, feature = "alloc"))]
mod tests {
    use super::*;

    #[test]
    fn signed_headers_are_found_in_any_case_and_order() {
        let read = |value: &str| SignedHeaders::read([value.as_bytes()]);
        let signed = read(
            "AWS4-HMAC-SHA256 Credential=A/b, signedheaders=Host;Baggage;Traceparent, Signature=1",
        );
        assert!(signed.baggage && signed.traceparent && !signed.sentry_trace);
        assert!(read("x SignedHeaders=sentry-trace").sentry_trace);
        let azure = "HMAC-SHA256 Credential=x&SignedHeaders=host;baggage&Signature=y";
        assert!(read(azure).baggage);
        assert!(read("Signature SignedHeaders=\"host;baggage\"").baggage);
        for value in [
            "a SignedHeaders=host; baggage, Signature=1",
            "a SignedHeaders= baggage",
            "a SignedHeaders=host, SignedHeaders=baggage",
        ] {
            assert!(read(value).baggage, "{value}");
        }
        assert!(!read("a SignedHeaders=host, Signature=baggage").baggage);
        assert_eq!(read("Bearer baggage"), SignedHeaders::default());
        assert_eq!(read("SignedHeaders="), SignedHeaders::default());
    }

    #[test]
    fn a_member_that_cannot_stand_in_a_header_is_left_out() {
        let mut value = Vec::new();
        assert_eq!(
            merge_baggage([], b"sentry-a=1,sentry-b=x\ny,sentry-c=3", &mut value),
            21
        );
        assert_eq!(value, b"sentry-a=1,sentry-c=3");
    }
}
