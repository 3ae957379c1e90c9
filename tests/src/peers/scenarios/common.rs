//! What is true of every chain, from the headers that arrived and from the envelopes.

use crate::peers::chain::Ran;
use crate::peers::evidence::{Evidence, Sent};
use crate::peers::hop::Kind;
use crate::suites::check::{Check, equal, holds, some};

/// The peers with an SDK of Sentry's.
pub(super) const SDKS: [Kind; 2] = [Kind::Node, Kind::Python];

/// Another Rust service than the usual one.
pub(super) const OTHER_RUST: Kind = Kind::Rust("actix", "awc");

/// A trace from outside.
pub(super) const TRACE_ID: &str = "771a43a4192642f0b136d5159a501700";
pub(super) const PARENT: &str = "1234567890abcdef";

/// Each service continued the trace that its caller was in.
pub(super) fn linked(ran: &Ran) -> Check {
    for (index, callee) in ran.seen.iter().enumerate().skip(1) {
        let caller = &ran.seen[index - 1].active;
        let header = some("sentry-trace arrives", callee.sentry_trace())?;
        let trace_id = Some(header.trace_id);
        let at = |what: &str| format!("hop {index}: {what}");
        equal(&at("the caller's trace"), &trace_id, &caller.trace_id)?;
        equal(&at("the trace goes on"), &callee.active.trace_id, &trace_id)?;
        if !callee.sdk.contains("node") {
            // Within express the current span is below the server's.
            let parent = &callee.active.parent_span_id;
            equal(&at("the parent"), parent, &Some(header.span_id))?;
        }
    }
    Ok(())
}

/// Every service received the same members with the same text of `sample_rand`, and Rust passed the bytes on.
pub(super) fn same_dsc(ran: &Ran, kinds: &[Kind]) -> Check {
    let Some(first) = ran.seen.get(1) else {
        return Ok(());
    };
    for index in 2..ran.seen.len() {
        let seen = &ran.seen[index];
        let at = |what: &str| format!("hop {index}: {what}");
        equal(&at("the DSC"), seen.decoded(), first.decoded())?;
        let sample_rand = |members: &std::collections::BTreeMap<&str, &str>| {
            members.get("sample_rand").map(ToString::to_string)
        };
        equal(
            &at("sample_rand"),
            sample_rand(&seen.members()),
            sample_rand(&first.members()),
        )?;
        if kinds[index - 1].is_rust() {
            let before = &ran.seen[index - 1];
            equal(
                &at("the members as bytes"),
                seen.members(),
                before.members(),
            )?;
        }
    }
    Ok(())
}

/// Every service sent one transaction or segment below its caller's client span, all with the same trace header.
pub(super) fn recorded(ran: &Ran, evidence: &Evidence, format: &str) -> Check {
    let trace_id = trace_id(ran)?;
    let dsc = some("a callee", ran.seen.get(1))?.decoded();
    for (index, seen) in ran.seen.iter().enumerate() {
        let sent = evidence.of(&ran.keys[index], &trace_id);
        let at = |what: &str| format!("hop {index}: {what}");
        equal(&at("transactions or segments"), sent.segments.len(), 1)?;
        let parent = seen.sentry_trace().map(|header| header.span_id);
        equal(&at("its parent"), &sent.segments[0].1, &parent)?;
        if let Some(callee) = ran.seen.get(index + 1) {
            let header = some("sentry-trace arrives", callee.sentry_trace())?;
            let has = sent.spans.contains(&header.span_id);
            holds(&at("the client span was sent"), has, &sent.spans)?;
        }
        for header in &sent.headers {
            equal(&at("the trace header"), header.as_ref(), Some(&dsc))?;
        }
        equal(
            &at("the format"),
            sent.item_types.iter().collect::<Vec<_>>(),
            [&format],
        )?;
    }
    Ok(())
}

/// What hop `index` sent of the trace that it was in.
pub(super) fn sent(ran: &Ran, evidence: &Evidence, index: usize) -> Sent {
    let trace_id = ran.seen[index].active.trace_id.clone().unwrap_or_default();
    evidence.of(&ran.keys[index], &trace_id)
}

/// How many transactions each service sent.
pub(super) fn transactions(ran: &Ran, evidence: &Evidence, expected: &[usize]) -> Check {
    let counts = (0..ran.seen.len()).map(|index| sent(ran, evidence, index).segments.len());
    equal(
        "transactions of each service",
        counts.collect::<Vec<_>>(),
        expected,
    )
}

/// The flags that the second and later services received.
pub(super) fn flags(ran: &Ran, expected: &[Option<&str>]) -> Check {
    let flags: Vec<_> = ran.seen[1..]
        .iter()
        .map(|seen| seen.sentry_trace().and_then(|header| header.flag))
        .collect();
    equal(
        "the flags that arrive",
        flags.iter().map(Option::as_deref).collect::<Vec<_>>(),
        expected,
    )
}

fn trace_id(ran: &Ran) -> Result<String, crate::case_result::Mismatch> {
    some("the head's trace", ran.seen[0].active.trace_id.clone())
}
