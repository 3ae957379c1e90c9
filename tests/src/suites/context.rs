//! The dynamic sampling context on its way: what came in, what goes out, what is recorded (rules R3, R6 and R7).

use sentry_trace_runtime::Options;

use super::check::{Check, equal, holds, some};
use super::end_to_end::EndToEndCase;
use crate::e2e::{Pair, Recorder, Service};
use crate::vectors::Vectors;

const HEADER: &str = "771a43a4192642f0b136d5159a501700-1234567890abcdef";

pub(super) fn cases(_vectors: &Vectors) -> Vec<EndToEndCase> {
    vec![
        EndToEndCase::new("frozen-members-keep-bytes-and-order", frozen),
        EndToEndCase::new("frozen-empty-stays-empty", frozen_empty),
        EndToEndCase::new("other-trace-in-baggage", other_trace),
        EndToEndCase::new("foreign-members-stay-behind", foreign),
        EndToEndCase::new("deferred-decided-here", deferred),
        EndToEndCase::new("missing-sample-rand-is-written", missing_sample_rand),
        EndToEndCase::new("head-freezes-one-context", head),
        EndToEndCase::new("head-without-sampling", head_without_sampling),
        EndToEndCase::new("several-lines-of-each-header", several_lines),
        EndToEndCase::new("a-trace-of-its-own-per-request", own_traces),
        EndToEndCase::new("spans-of-one-chain-are-connected", chain),
    ]
}

async fn frozen(pair: Pair) -> Check {
    let members = "sentry-zeta=%c3%a9,sentry-trace_id=771a43a4192642f0b136d5159a501700,sentry-a-b=/x,\
                   sentry-sample_rand=0.1234567,sentry-replay_id=r";
    let target = Recorder::start().await;
    let service = Service::start(
        &pair,
        Options::new().traces_sample_rate(0.0).release("ours"),
    );
    let header = format!("{HEADER}-1");
    service
        .call(
            &target.url("/"),
            &[("sentry-trace", &header), ("baggage", members)],
            &[],
        )
        .await;
    equal(
        "baggage out",
        target.request().one("baggage"),
        Some(members),
    )?;
    equal(
        "baggage recorded",
        service.transaction().await.dsc.as_deref(),
        Some(members),
    )
}

async fn frozen_empty(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(
        &pair,
        Options::new().traces_sample_rate(1.0).release("ours"),
    );
    service
        .call(&target.url("/"), &[("sentry-trace", HEADER)], &[])
        .await;
    let received = target.request();
    equal("baggage out", received.one("baggage"), None)?;
    // Deferred, and decided here; the context stays empty all the same.
    holds(
        "sampled",
        received
            .one("sentry-trace")
            .is_some_and(|header| header.ends_with("-1")),
        &received,
    )?;
    equal("context recorded", service.transaction().await.dsc, None)
}

async fn other_trace(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, Options::new().traces_sample_rate(1.0));
    let header = format!("{HEADER}-1");
    let baggage = "sentry-trace_id=bc6d53f15eb88f4320054569b8c553d4,sentry-release=x";
    service
        .call(
            &target.url("/"),
            &[("sentry-trace", &header), ("baggage", baggage)],
            &[],
        )
        .await;
    let received = target.request();
    holds(
        "continued",
        received
            .one("sentry-trace")
            .is_some_and(|out| out.starts_with(&HEADER[..32])),
        &received,
    )?;
    equal("baggage out", received.one("baggage"), None)
}

async fn foreign(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, Options::new().traces_sample_rate(1.0));
    let header = format!("{HEADER}-1");
    let baggage = "tenant=7,sentry-sample_rand=0.5,user=x;p=1";
    service
        .call(
            &target.url("/"),
            &[("sentry-trace", &header), ("baggage", baggage)],
            &[],
        )
        .await;
    equal(
        "baggage out",
        target.request().one("baggage"),
        Some("sentry-sample_rand=0.5"),
    )
}

async fn deferred(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, Options::new().traces_sample_rate(0.25));
    let baggage = "sentry-release=theirs,sentry-sample_rand=0.2";
    service
        .call(
            &target.url("/"),
            &[("sentry-trace", HEADER), ("baggage", baggage)],
            &[],
        )
        .await;
    let received = target.request();
    holds(
        "sampled",
        received
            .one("sentry-trace")
            .is_some_and(|out| out.ends_with("-1")),
        &received,
    )?;
    equal("release", received.member("release"), Some("theirs"))?;
    equal("sample_rand", received.member("sample_rand"), Some("0.2"))?;
    equal("sample_rate", received.member("sample_rate"), Some("0.25"))?;
    equal("sampled", received.member("sampled"), Some("true"))
}

async fn missing_sample_rand(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, Options::new());
    let header = format!("{HEADER}-0");
    let baggage = "sentry-sample_rate=0.75,sentry-sampled=false";
    service
        .call(
            &target.url("/"),
            &[("sentry-trace", &header), ("baggage", baggage)],
            &[],
        )
        .await;
    let received = target.request();
    let rand: f64 = some(
        "a number",
        received
            .member("sample_rand")
            .and_then(|text| text.parse().ok()),
    )?;
    holds(
        "not below the rate that decided against it",
        (0.75..1.0).contains(&rand),
        rand,
    )
}

async fn head(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let options = Options::new()
        .traces_sample_rate(1.0)
        .dsn("https://key@o42.ingest.example.com/7")
        .release("shop \"1\", ü 🦀");
    let service = Service::start(&pair, options);
    service.call(&target.url("/"), &[], &[]).await;
    let received = target.request();
    let names: Vec<_> = received
        .sentry_members()
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    let mut expected = vec![
        "trace_id",
        "public_key",
        "sample_rate",
        "sampled",
        "sample_rand",
        "org_id",
        "environment",
        "release",
    ];
    let transaction = service.transaction().await;
    // A name that is a raw URL does not go into the context.
    if transaction.source.as_str() == "route" {
        expected.push("transaction");
    }
    equal("members", names, expected)?;
    equal("org_id", received.member("org_id"), Some("42"))?;
    equal(
        "release",
        received.member("release"),
        Some("shop%20%221%22%2C%20%C3%BC%20%F0%9F%A6%80"),
    )?;
    let trace_id = received.member("trace_id").unwrap_or_default();
    holds(
        "one trace",
        received
            .one("sentry-trace")
            .is_some_and(|out| out.starts_with(trace_id)),
        &received,
    )?;
    equal(
        "recorded as it went out",
        transaction.dsc.as_deref(),
        received.one("baggage"),
    )
}

async fn head_without_sampling(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(
        &pair,
        Options::new()
            .dsn("https://key@sentry.example.com/7")
            .release("r"),
    );
    service.call(&target.url("/"), &[], &[]).await;
    let received = target.request();
    let names: Vec<_> = received
        .sentry_members()
        .iter()
        .map(|(name, _)| name.to_string())
        .collect();
    equal(
        "members",
        names,
        [
            "trace_id",
            "public_key",
            "sample_rand",
            "environment",
            "release",
        ],
    )?;
    equal(
        "no flag",
        received.one("sentry-trace").map(str::len),
        Some(49),
    )?;
    equal("transactions", service.recorded_now().len(), 0)
}

async fn several_lines(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, Options::new().traces_sample_rate(1.0));
    let header = format!("{HEADER}-1");
    let incoming = [
        ("sentry-trace", "bogus"),
        ("baggage", "a=1,sentry-release=1"),
        ("sentry-trace", header.as_str()),
        ("baggage", "sentry-sample_rand=0.5,sentry-release=2"),
    ];
    service.call(&target.url("/"), &incoming, &[]).await;
    let received = target.request();
    equal(
        "baggage out",
        received.one("baggage"),
        Some("sentry-release=2,sentry-sample_rand=0.5"),
    )?;
    holds(
        "continued",
        received
            .one("sentry-trace")
            .is_some_and(|out| out.starts_with(&HEADER[..32])),
        &received,
    )
}

async fn own_traces(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let service = Service::start(&pair, Options::new());
    service.call(&target.url("/"), &[], &[]).await;
    service.call(&target.url("/"), &[], &[]).await;
    let requests = target.requests();
    let ids: Vec<_> = requests
        .iter()
        .filter_map(|request| request.one("sentry-trace")?.get(..32))
        .collect();
    equal("traces", ids.len(), 2)?;
    holds("two traces", ids[0] != ids[1], ids)
}

async fn chain(pair: Pair) -> Check {
    let target = Recorder::start().await;
    let last = Service::start(&pair, Options::new().traces_sample_rate(1.0));
    let first = Service::start(&pair, Options::new().traces_sample_rate(1.0));
    let inner: String = url::form_urlencoded::byte_serialize(target.url("/").as_bytes()).collect();
    first
        .call(&last.url(&format!("/call?url={inner}")), &[], &[])
        .await;
    let (head, tail) = (first.transaction().await, last.transaction().await);
    equal("one trace", tail.trace_id, head.trace_id)?;
    let spans = |transaction: &sentry_trace_runtime::Transaction| transaction.spans.len();
    equal("client spans", (spans(&head), spans(&tail)), (1, 1))?;
    equal(
        "the parent is the client span",
        tail.root.parent_span_id,
        Some(head.spans[0].span_id),
    )?;
    equal("one context", &tail.dsc, &head.dsc)?;
    let received = target.request();
    equal(
        "the last client span",
        received
            .one("sentry-trace")
            .and_then(|out| out.get(33..49))
            .map(str::to_owned),
        Some(tail.spans[0].span_id.to_string()),
    )
}
