//! A frozen context in the header of an envelope (rule R13).

use std::borrow::Cow;

use sentry_trace_runtime::Transaction;
use sentry_trace_runtime::core::baggage::{SENTRY_PREFIX, SentryMembers};
use sentry_trace_runtime::core::continuation::received_rate;
use sentry_trace_runtime::core::percent::decode;
use sentry_trace_runtime::transaction::FrozenDsc;

use crate::json::Object;

/// Writes every member, decoded and in its order.
pub(crate) fn write(trace: &mut Object<'_>, dsc: &FrozenDsc) {
    for Member { name, value, .. } in members(dsc) {
        trace.text(name, &value);
    }
}

/// Writes a context with which Sentry takes streamed spans: it drops those whose context it cannot read (Relay,
/// `validate_and_set_dsc`).
///
/// What a sender wrote that cannot be read is left out. Without its key, the trace is one of our project, as it is to
/// Sentry when the sender's project is unknown: of the sender's members only the rate stays.
pub(crate) fn write_readable(trace: &mut Object<'_>, transaction: &Transaction) {
    let own_key = transaction.service.public_key.as_deref();
    let mut members: Vec<_> = transaction.dsc.iter().flat_map(members).collect();
    // Where the own key is none of Sentry's, those of others are of that kind too.
    let any_key = own_key.is_some_and(|key| !is_key(key));
    members.retain(|member| member.name != "trace_id" && member.is_readable(any_key));
    // To Sentry both are one name, which must not come twice.
    if members.iter().any(|member| member.name == "transaction") {
        members.retain(|member| member.name != "segment_name");
    }

    trace.id("trace_id", transaction.trace_id);
    if !members.iter().any(|member| member.name == "public_key") {
        trace.text_unless_empty("public_key", own_key);
        members.retain(|member| member.name == "sample_rate");
    }
    for Member { name, value, .. } in members {
        trace.text(name, &value);
    }
}

/// What core reads headers with is of no use here: its limits, for all members and for each, are those of what comes
/// in, and the head of a trace may freeze a name of any length.
fn members(dsc: &FrozenDsc) -> impl Iterator<Item = Member<'_>> {
    dsc.as_str().split(',').filter_map(Member::parse)
}

struct Member<'a> {
    text: &'a str,
    /// Without its prefix.
    name: &'a str,
    /// Decoded.
    value: Cow<'a, str>,
}

impl<'a> Member<'a> {
    /// `None` where it is no usable member (rule R2), which only a context that was made by hand has.
    fn parse(text: &'a str) -> Option<Self> {
        let (name, value) = text.strip_prefix(SENTRY_PREFIX)?.split_once('=')?;
        if name.is_empty() || value.is_empty() {
            return None;
        }
        let value = decode(value)?;
        Some(Self { text, name, value })
    }

    /// Whether Sentry can read it, or does not look at it (Relay, `DynamicSamplingContext`).
    fn is_readable(&self, any_key: bool) -> bool {
        let value = &*self.value;
        match self.name {
            "public_key" => any_key || is_key(value),
            "sample_rate" => self.is_rate(),
            "replay_id" => is_uuid(value),
            // Members of an object.
            "user" => false,
            _ => true,
        }
    }

    fn is_rate(&self) -> bool {
        let members = SentryMembers::parse([self.text.as_bytes()]);
        received_rate(members.get("sample_rate")).is_some()
    }
}

fn is_key(text: &str) -> bool {
    text.len() == 32 && text.is_ascii()
}

/// 32 hex digits, in one group or in five.
fn is_uuid(text: &str) -> bool {
    let lens = text.split('-').map(str::len);
    let is_grouped = lens.clone().eq([32]) || lens.eq([8, 4, 4, 4, 12]);
    is_grouped
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}
