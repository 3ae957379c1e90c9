//! A frozen context in the header of an envelope (rule R13).

use std::borrow::Cow;

use sentry_trace_runtime::core::baggage::SENTRY_PREFIX;
use sentry_trace_runtime::core::percent::decode;
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
    Some((name, decode(value)?))
}
