//! What is true of every chain, from the headers that arrived and from the envelopes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::peers::chain::Ran;
use crate::peers::evidence::{Evidence, Sent};
use crate::peers::hop::Kind;
use crate::suites::check::{Check, equal, holds, some};

type Members = BTreeMap<String, String>;

/// The peers with an SDK of Sentry's.
pub(super) const SDKS: [Kind; 2] = [Kind::Node, Kind::Python];

/// Another Rust service than the usual one.
pub(super) const OTHER_RUST: Kind = Kind::Rust("actix", "awc");

/// A trace from outside, for cases that look at headers alone.
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
        if let Some(data) = callee.trace_data.get("sentry-trace") {
            let span_id = callee.active.span_id.as_deref().unwrap_or_default();
            let is_same =
                data.contains(span_id) && data.starts_with(trace_id.as_deref().unwrap_or_default());
            holds(&at("its own trace data"), is_same, &callee.trace_data)?;
        }
        if !callee.sdk.contains("node") {
            // Within express the current span is below the server's.
            let parent = &callee.active.parent_span_id;
            equal(&at("the parent"), parent, &Some(header.span_id))?;
        }
    }
    Ok(())
}

/// Every service received the same members with the same text of `sample_rand`, and Rust passed the bytes on.
///
/// Where nobody has written a `sample_rand`, a later service may (rule R5).
pub(super) fn same_dsc(ran: &Ran, kinds: &[Kind]) -> Check {
    let Some(first) = ran.seen.get(1) else {
        return Ok(());
    };
    let has_rand = first.members().contains_key("sample_rand");
    for index in 2..ran.seen.len() {
        let seen = &ran.seen[index];
        let at = |what: &str| format!("hop {index}: {what}");
        let passed_node = kinds[1..index].contains(&Kind::Node);
        let mut members = comparable(seen.decoded(), passed_node);
        if !has_rand {
            members.remove("sample_rand");
        }
        let expected = comparable(first.decoded(), passed_node);
        equal(&at("the DSC"), members, expected)?;
        let before = &ran.seen[index - 1];
        if kinds[index - 1].is_rust() && before.members().contains_key("sample_rand") {
            equal(
                &at("the bytes of members"),
                seen.members(),
                before.members(),
            )?;
        }
    }
    Ok(())
}

/// Every service sent one transaction or segment below its caller's client span, all with the same trace header.
pub(super) fn recorded(ran: &Ran, evidence: &Evidence, format: &str) -> Check {
    let dsc = some("a callee", ran.seen.get(1))?.decoded();
    transactions(ran, evidence, &vec![1; ran.seen.len()])?;
    for index in 0..ran.seen.len() {
        let sent = sent(ran, evidence, index);
        let reached = &ran.seen[..=index];
        let passed_node = reached.iter().any(|seen| seen.sdk.contains("node"));
        let at = |what: &str| format!("hop {index}: {what}");
        if let Some(callee) = ran.seen.get(index + 1) {
            let header = some("sentry-trace arrives", callee.sentry_trace())?;
            let has = sent.spans.contains(&header.span_id);
            holds(&at("the client span was sent"), has, &sent.spans)?;
        }
        for header in sent.headers {
            let header = some(&at("a trace header"), header)?;
            let (got, expected) = (
                comparable(header, passed_node),
                comparable(dsc.clone(), passed_node),
            );
            equal(&at("the trace header"), got, expected)?;
        }
        let formats: Vec<_> = sent.item_types.into_iter().collect();
        equal(&at("the format"), formats, [format])?;
    }
    Ok(())
}

/// Node.js leaves out the zeros at the end of `sample_rand`, of which a scenario of its own tells.
fn comparable(mut members: Members, without_zeros: bool) -> Members {
    if let Some(text) = members.get_mut("sample_rand").filter(|_| without_zeros) {
        *text = text.trim_end_matches('0').to_owned();
    }
    members
}

/// What hop `index` sent of the trace that it was in.
pub(super) fn sent(ran: &Ran, evidence: &Evidence, index: usize) -> Sent {
    let trace_id = ran.seen[index].active.trace_id.as_deref();
    evidence.of(&ran.keys[index], trace_id.unwrap_or_default())
}

/// How many transactions each service sent below its caller.
pub(super) fn transactions(ran: &Ran, evidence: &Evidence, expected: &[usize]) -> Check {
    let count = |index: usize| {
        let seen = &ran.seen[index];
        let caller = seen
            .caller()
            .filter(|caller| Some(&caller.trace_id) == seen.active.trace_id.as_ref());
        let parent = caller.map(|caller| caller.span_id);
        let segments = sent(ran, evidence, index).segments;
        segments.iter().filter(|(_, of)| *of == parent).count()
    };
    let counts: Vec<_> = (0..ran.seen.len()).map(count).collect();
    equal("transactions of each service", counts, expected)
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

/// A trace from outside that no other case has.
pub(super) fn own_trace_id() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!(
        "771a43a4192642f0b136d515{:08x}",
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
