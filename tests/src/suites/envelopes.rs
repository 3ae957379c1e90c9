//! What arrives at the collector is what went over the wire (rule R13).

use sentry_trace_collector::{Behaviour, Collector, TransactionRecord};
use sentry_trace_core::baggage::SentryMembers;
use sentry_trace_runtime::Options;
use serde_json::{Map, Value};

use super::check::{Check, equal};
use super::end_to_end::EndToEndCase;
use crate::e2e::wire::PATIENCE;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::Vectors;

const HEADER: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef";
const MEMBERS: &str = "sentry-zeta=%c3%a9%2C,sentry-trace_id=771a43a4192642f0b136d5159a501700,\
                       sentry-sample_rand=0.1234567,sentry-replay_id=r";

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("head", |pair| chain(pair, vec![])),
        EndToEndCase::new("continued", |pair| {
            chain(
                pair,
                vec![
                    ("sentry-trace", format!("{HEADER}-1")),
                    ("baggage", MEMBERS.to_owned()),
                ],
            )
        }),
        EndToEndCase::new("deferred", |pair| {
            chain(
                pair,
                vec![
                    ("sentry-trace", HEADER.to_owned()),
                    ("baggage", MEMBERS.to_owned()),
                ],
            )
        }),
        EndToEndCase::new("without-context", |pair| {
            chain(pair, vec![("sentry-trace", format!("{HEADER}-1"))])
        }),
        EndToEndCase::new("collector-hangs", collector_hangs),
    ]
}

/// Two services of the pair, one behind the other, with one collector.
async fn chain(pair: Pair, incoming: Vec<(&'static str, String)>) -> Check {
    let target = Recorder::start().await;
    let collector = Collector::start().await.expect("a free port");
    let dsn = collector.dsn();
    let options = || {
        Options::new()
            .traces_sample_rate(1.0)
            .release("shop \"1\", ü 🦀")
    };
    let (first, last) = (
        Service::start_exporting(&pair, options(), &dsn),
        Service::start_exporting(&pair, options(), &dsn),
    );
    let inner: String = url::form_urlencoded::byte_serialize(target.url("/").as_bytes()).collect();
    let incoming: Vec<_> = incoming
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    first
        .call(&last.url(&format!("/call?url={inner}")), &incoming, &[])
        .await;

    let transactions = collector
        .wait_for_transactions(2, PATIENCE)
        .await
        .expect("both arrive");
    let on_the_wire = decoded(target.request().one("baggage").unwrap_or_default());
    for transaction in &transactions {
        equal(
            "the envelope's context is the baggage",
            members(transaction),
            on_the_wire.clone(),
        )?;
    }
    let traces = collector.traces();
    equal("traces", traces.len(), 1)?;
    // A trace that came in has its first parent elsewhere.
    let missing = usize::from(!incoming.is_empty());
    equal(
        "transactions without a parent here",
        traces[0].unconnected().len(),
        missing,
    )?;
    collector.shutdown().await;
    Ok(())
}

async fn collector_hangs(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let collector = Collector::start().await.expect("a free port");
    collector.set_behaviour(Behaviour::Hang);
    let service = Service::start_exporting(
        &pair,
        Options::new().traces_sample_rate(1.0),
        &collector.dsn(),
    );
    for _ in 0..300 {
        let answer = service.call(&target.url("/"), &[], &[]).await;
        equal(
            "the call goes through",
            &answer["status"],
            &Value::from(200),
        )?;
    }
    let stats = service.tracer.stats();
    equal(
        "transactions, taken or counted as dropped",
        stats.transactions + stats.dropped_transactions,
        300,
    )?;
    collector.release();
    collector.shutdown().await;
    Ok(())
}

fn members(transaction: &TransactionRecord) -> Map<String, Value> {
    transaction.trace_header.clone().unwrap_or_default()
}

fn decoded(baggage: &str) -> Map<String, Value> {
    let members = SentryMembers::parse([baggage.as_bytes()]);
    members
        .iter()
        .map(|member| (member.name().to_owned(), member.value().into()))
        .collect()
}
