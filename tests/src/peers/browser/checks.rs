//! What must come of a case.

use sentry_trace_collector::TransactionRecord;
use sentry_trace_core::baggage::SentryMembers;
use serde_json::Value;

use super::evidence::Evidence;
use super::sites::{HAND_MADE_SPAN, HAND_MADE_TRACE, RELEASE};
use crate::case_result::Mismatch;

type Checked = Result<(), Mismatch>;

#[allow(
    clippy::needless_pass_by_value,
    reason = "a check reads better without a reference on each value"
)]
pub(super) fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, got: T) -> Checked {
    if expected == got {
        Ok(())
    } else {
        Err(Mismatch::new(
            format!("{what}: {expected:?}"),
            format!("{got:?}"),
        ))
    }
}

pub(super) fn is(what: &str, holds: bool, seen: impl std::fmt::Debug) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(Mismatch::new(what, format!("{seen:?}")))
    }
}

/// The page load of a case with one visit.
fn load(evidence: &Evidence) -> Result<&TransactionRecord, Mismatch> {
    evidence
        .loads
        .first()
        .ok_or_else(|| Mismatch::new("a page load", "none"))
}

/// The service's transaction of the page.
fn served(evidence: &Evidence) -> Result<&TransactionRecord, Mismatch> {
    evidence
        .served
        .as_ref()
        .ok_or_else(|| Mismatch::new("a transaction of the page", "none"))
}

/// A member of the context that the browser froze.
fn member(load: &TransactionRecord, name: &str) -> Option<String> {
    let value = load.trace_header.as_ref()?.get(name)?;
    Some(
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned),
    )
}

/// The frozen context. The SDK writes a `sample_rand` without the zeros at its end.
fn context(transaction: &TransactionRecord) -> Option<Value> {
    let mut context = transaction.trace_header.clone()?;
    if let Some(Value::String(text)) = context.get_mut("sample_rand") {
        *text = text.trim_end_matches('0').to_owned();
    }
    Some(Value::Object(context))
}

/// The page load is a child of the service's transaction, in its trace and with its context.
pub(super) fn continues(evidence: &Evidence) -> Checked {
    let (load, served) = (load(evidence)?, served(evidence)?);
    same("the trace", served.trace_id(), load.trace_id())?;
    same("the parent", Some(served.span_id()), load.parent_span_id())?;
    same("the context", context(served), context(load))?;
    is_connected(evidence)
}

fn is_connected(evidence: &Evidence) -> Checked {
    for trace in &evidence.traces {
        is(
            "one connected trace",
            trace.is_connected(),
            trace.unconnected(),
        )?;
    }
    Ok(())
}

pub(super) fn continues_the_tags_of_the_template(evidence: &Evidence) -> Checked {
    let load = load(evidence)?;
    same("the trace", HAND_MADE_TRACE, load.trace_id())?;
    same("the parent", Some(HAND_MADE_SPAN), load.parent_span_id())
}

pub(super) fn begins_anew(evidence: &Evidence) -> Checked {
    let (load, served) = (load(evidence)?, served(evidence)?);
    is(
        "another trace",
        load.trace_id() != served.trace_id(),
        load.trace_id(),
    )?;
    same("the parent", None, load.parent_span_id())
}

pub(super) fn carries_the_release(evidence: &Evidence) -> Checked {
    continues(evidence)?;
    same(
        "the release",
        Some(RELEASE.to_owned()),
        member(load(evidence)?, "release"),
    )
}

/// Each call is a child of a span of the page load, and has been sampled with it.
pub(super) fn calls_hang_below(evidence: &Evidence) -> Checked {
    continues(evidence)?;
    hang_below(evidence)?;
    is_connected(evidence)
}

fn hang_below(evidence: &Evidence) -> Checked {
    let load = load(evidence)?;
    for called in &evidence.called {
        same("the trace of a call", load.trace_id(), called.trace_id())?;
        let parent = load
            .spans
            .iter()
            .find(|span| Some(span.span_id.as_str()) == called.parent_span_id());
        let op = parent.and_then(|span| span.op.as_deref());
        same("the parent of a call", Some("http.client"), op)?;
        same("the context of a call", context(load), context(called))?;
    }
    let answers: Vec<_> = evidence
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.calls)
        .collect();
    is(
        "an answer to each call",
        answers.iter().all(|call| call.status == Some(200)),
        &answers,
    )?;
    is(
        "a request of each call",
        !evidence.requests.is_empty(),
        &evidence.requests,
    )
}

pub(super) fn sends_traceparent(evidence: &Evidence) -> Checked {
    calls_hang_below(evidence)?;
    let load = load(evidence)?;
    let sent = evidence
        .requests
        .iter()
        .filter(|request| request.method == "GET");
    let sent: Vec<_> = sent
        .filter_map(|request| request.header("traceparent"))
        .collect();
    let expected = format!("00-{}-", load.trace_id());
    is(
        "a traceparent of the trace",
        sent.len() == 1 && sent[0].starts_with(&expected),
        &sent,
    )
}

/// The browser sends only the preflight, and the diagnostics name the line to add, once.
pub(super) fn is_refused_and_told(evidence: &Evidence) -> Checked {
    continues(evidence)?;
    let methods: Vec<_> = evidence
        .requests
        .iter()
        .map(|request| request.method.as_str())
        .collect();
    same("the requests", vec!["OPTIONS"], methods)?;
    let calls: Vec<_> = evidence
        .outcomes
        .iter()
        .flat_map(|outcome| &outcome.calls)
        .collect();
    is(
        "no answer",
        calls.iter().all(|call| call.error.is_some()),
        &calls,
    )?;
    same(
        "the number of notes for two refused pages of one origin",
        1,
        evidence.notes.len(),
    )?;
    let note = &evidence.notes[0];
    is(
        "the line to add",
        note.contains("`.allow_headers(ALLOWED_REQUEST_HEADERS"),
        note,
    )
}

/// What the page's calls said of the trace.
fn sent_headers(evidence: &Evidence) -> Vec<(&str, &str)> {
    let sent = evidence
        .requests
        .iter()
        .filter(|request| request.method == "GET");
    sent.filter_map(|request| Some((request.header("sentry-trace")?, request.header("baggage")?)))
        .collect()
}

/// The release that a baggage names.
fn release(baggage: &str) -> Option<String> {
    let members = SentryMembers::parse([baggage.as_bytes()]);
    let member = members.iter().find(|member| member.name() == "release")?;
    Some(member.decoded().collect())
}

pub(super) fn is_unsampled(evidence: &Evidence) -> Checked {
    let sent = sent_headers(evidence);
    same("the number of calls", 1, sent.len())?;
    let (header, baggage) = sent[0];
    is("an unsampled trace", header.ends_with("-0"), header)?;
    is(
        "the service's decision",
        baggage.contains("sentry-sampled=false"),
        baggage,
    )?;
    same(
        "the service's release",
        Some(RELEASE.to_owned()),
        release(baggage),
    )
}

/// The service leaves the decision to the browser, in the service's trace and with its context.
pub(super) fn browser_decides(evidence: &Evidence) -> Checked {
    let load = load(evidence)?;
    is(
        "a parent",
        load.parent_span_id().is_some(),
        load.parent_span_id(),
    )?;
    same(
        "the release",
        Some(RELEASE.to_owned()),
        member(load, "release"),
    )?;
    hang_below(evidence)?;
    let sent = sent_headers(evidence);
    is(
        "a sampled trace",
        sent.iter().all(|(header, _)| header.ends_with("-1")),
        &sent,
    )
}

/// Neither the service nor the browser decides; the called service does.
pub(super) fn stays_deferred(evidence: &Evidence) -> Checked {
    let sent = sent_headers(evidence);
    same("the number of calls", 1, sent.len())?;
    let (header, baggage) = sent[0];
    same("trace and span alone", 2, header.split('-').count())?;
    same(
        "the service's release",
        Some(RELEASE.to_owned()),
        release(baggage),
    )?;
    let called: Vec<_> = evidence
        .called
        .iter()
        .map(|called| called.trace_id().to_owned())
        .collect();
    same(
        "the trace of the call",
        vec![header[..32].to_owned()],
        called,
    )
}

pub(super) fn shares_no_trace(evidence: &Evidence) -> Checked {
    let served = served(evidence)?;
    let ids: Vec<_> = evidence
        .loads
        .iter()
        .map(TransactionRecord::trace_id)
        .collect();
    is(
        "a trace of each visitor",
        ids.len() == 2 && ids[0] != ids[1],
        &ids,
    )?;
    is(
        "none of them the service's",
        !ids.contains(&served.trace_id()),
        &ids,
    )?;
    let parents: Vec<_> = evidence
        .loads
        .iter()
        .filter_map(TransactionRecord::parent_span_id)
        .collect();
    same("the parents", Vec::<&str>::new(), parents)
}
