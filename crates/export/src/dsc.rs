//! A frozen context in the header of an envelope (rule R13).

use std::borrow::Cow;

use sentry_trace_runtime::core::baggage::SENTRY_PREFIX;
use sentry_trace_runtime::transaction::FrozenDsc;

use crate::json::Object;

/// Writes every member, decoded and in its order.
///
/// What core reads headers with is of no use here: its limits, for all members and for each, are those of what comes
/// in, and the head of a trace may freeze a name of any length.
pub(crate) fn write(trace: &mut Object<'_>, dsc: &FrozenDsc) {
    for (name, value) in dsc.as_str().split(',').filter_map(member) {
        trace.text(name, &value);
    }
}

/// The name without its prefix, and the decoded value; `None` where it is no usable member (rule R2), which only a
/// context that was made by hand has.
fn member(text: &str) -> Option<(&str, Cow<'_, str>)> {
    let (name, value) = text.strip_prefix(SENTRY_PREFIX)?.split_once('=')?;
    if name.is_empty() || value.is_empty() {
        return None;
    }
    Some((name, decoded(value)?))
}

/// The text behind the escapes; `None` where one is bad, or they do not form UTF-8.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    if !value.contains('%') {
        return Some(Cow::Borrowed(value));
    }
    let mut decoded = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let (byte, behind) = match first {
            b'%' => escape(behind)?,
            plain => (plain, behind),
        };
        decoded.push(byte);
        rest = behind;
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

/// The byte of two digits, and what is behind them.
fn escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], behind) = text.split_first_chunk()?;
    let digit = |byte| char::from(byte).to_digit(16);
    let byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    Some((byte, behind))
}
