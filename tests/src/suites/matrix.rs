//! The decision matrix of Trace Propagation 1.9.0: 24 rows, from the vectors.

use sentry_trace_runtime::Options;
use serde_json::Value;

use super::check::{Check, equal, holds, some};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::matrix::Matrix;
use crate::vectors::{Case, Operation, Vectors};

const TRACE_ID: &str = "771a43a4192642f0b136d5159a501700";
const PARENT: &str = "1234567890abcdef";

pub(super) fn cases(vectors: &Vectors) -> Vec<EndToEndCase> {
    let row = |case: &Case| match &case.operation {
        Operation::Matrix(row) => {
            let row = row.clone();
            Some(EndToEndCase::new(&case.id, move |pair| check(pair, row)))
        }
        _ => None,
    };
    vectors.cases.iter().filter_map(row).collect()
}

async fn check(pair: Pair, row: Matrix) -> Check {
    let (expect, row) = (row.expect, row.input);
    let target = Recorder::start().await;
    let mut options = Options::new();
    if let Some(rate) = row.traces_sample_rate {
        options = options.traces_sample_rate(rate);
    }
    options = options.trace_propagation_targets([if row.targets_match {
        "http://127.0.0.1"
    } else {
        "http://other"
    }]);
    let service = Service::start(&pair, options);

    let flag = row
        .incoming_sampled
        .map(|sampled| if sampled { "-1" } else { "-0" });
    let header = format!("{TRACE_ID}-{PARENT}{}", flag.unwrap_or_default());
    let incoming: &[_] = if row.incoming {
        &[("sentry-trace", header.as_str())]
    } else {
        &[]
    };
    let answer = service.call(&target.url("/"), incoming, &[]).await;

    equal(
        "the call went through",
        &answer["status"],
        &Value::from(200),
    )?;
    let recorded = service.recorded_now();
    equal(
        "transactions",
        recorded.len(),
        usize::from(expect.send_spans),
    )?;
    let received = target.request();
    let header = received.one("sentry-trace");
    equal("a trace goes out", header.is_some(), expect.outgoing_trace)?;
    if let (Some(continues), Some(header)) = (expect.continue_trace, header) {
        equal(
            "the trace is continued",
            header.starts_with(TRACE_ID),
            continues,
        )?;
    }
    if let Some(header) = header {
        let flag = match (row.incoming_sampled, row.traces_sample_rate) {
            (Some(sampled), _) => Some(sampled),
            (None, rate) => rate.map(|rate| rate > 0.0),
        };
        let expected = flag.map(|sampled| if sampled { "1" } else { "0" });
        equal("the flag", header.split('-').nth(2), expected)?;
        let active = some("an active trace", answer["active"]["trace_id"].as_str())?;
        holds(
            "the header names the active trace",
            header.starts_with(active),
            header,
        )?;
    }
    Ok(())
}
