//! The table of strict trace continuation in Trace Propagation 1.9.0: ten rows, from the vectors.

use sentry_trace_runtime::Options;

use super::check::{Check, equal};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::strict::Strict;
use crate::vectors::{Case, Operation, Vectors};

const TRACE_ID: &str = "771a43a4192642f0b136d5159a501700";

/// What the ids of the table's rows begin with.
const TABLE: &str = "strict.continue/spec-";

pub(super) fn cases(vectors: &Vectors) -> Vec<EndToEndCase> {
    let row = |case: &Case| match &case.operation {
        Operation::StrictContinue(row) if case.id.starts_with(TABLE) => {
            let row = row.clone();
            Some(EndToEndCase::new(&case.id, move |pair| check(pair, row)))
        }
        _ => None,
    };
    vectors.cases.iter().filter_map(row).collect()
}

async fn check(pair: Pair, row: Strict) -> Check {
    let (is_continued, row) = (row.expect.is_continued, row.input);
    let target = Recorder::start().await;
    let mut options = Options::new()
        .traces_sample_rate(1.0)
        .strict_trace_continuation(row.strict);
    if let Some(org_id) = &row.org_id {
        options = options.org_id(org_id);
    }
    let service = Service::start(&pair, options);

    let member = row
        .baggage_org_id
        .map(|org_id| format!(",sentry-org_id={org_id}"))
        .unwrap_or_default();
    let baggage = format!("sentry-trace_id={TRACE_ID},sentry-release=theirs{member}");
    let header = format!("{TRACE_ID}-1234567890abcdef-0");
    service
        .call(
            &target.url("/"),
            &[("sentry-trace", &header), ("baggage", &baggage)],
            &[],
        )
        .await;

    let received = target.request();
    let header = received.one("sentry-trace").unwrap_or_default();
    equal(
        "the trace is continued",
        header.starts_with(TRACE_ID),
        is_continued,
    )?;
    // What is not continued is ignored whole: the decision and the baggage too.
    equal("the decision", header.ends_with("-0"), is_continued)?;
    equal(
        "their release",
        received.member("release") == Some("theirs"),
        is_continued,
    )
}
