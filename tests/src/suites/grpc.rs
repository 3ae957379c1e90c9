//! gRPC: the trace goes through calls of each kind, and their status comes from headers or trailers (rule R10).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use sentry_trace_core::status::SpanStatus;
use sentry_trace_core::targets::Target;
use sentry_trace_http::Propagation;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::transaction::{SpanRecord, Transaction, TransactionSource};
use sentry_trace_runtime::{Options, TraceFutureExt, Tracer, Value};

use super::check::{Check, equal, holds, some};
use super::end_to_end::{EndToEndCase, run_all};
use crate::case_result::CaseResult;
use crate::drivers::Driver;
use crate::e2e::app::Probe;
use crate::e2e::grpc::{Grpc, GrpcApp, GrpcCall, GrpcOutcome, Method};
use crate::e2e::server::Running;
use crate::e2e::wire::PATIENCE;
use crate::suite::Suite;
use crate::vectors::Vectors;

type On = &'static dyn Grpc;

/// The suite.
pub(super) struct GrpcCalls;

impl Suite for GrpcCalls {
    fn run(&self, driver: &Driver, _vectors: &Vectors) -> Vec<CaseResult> {
        match driver.grpc {
            Some(grpc) => run_all("grpc", grpc, cases()),
            None => Vec::new(),
        }
    }
}

fn cases() -> Vec<EndToEndCase<On>> {
    vec![
        EndToEndCase::new("unary", |on| whole(on, Method::Unary, &["a"], &["a"])),
        EndToEndCase::new("server-streaming", |on| {
            whole(on, Method::ServerStream, &["a"], &["first", "second", "a"])
        }),
        EndToEndCase::new("client-streaming", |on| {
            whole(on, Method::ClientStream, &["a", "b"], &["a+b"])
        }),
        EndToEndCase::new("bidirectional", |on| {
            whole(on, Method::Bidirectional, &["a", "b"], &["a", "b"])
        }),
        EndToEndCase::new("status-in-headers", status_in_headers),
        EndToEndCase::new("status-in-trailers", status_in_trailers),
        EndToEndCase::new("unknown-method", unknown_method),
        EndToEndCase::new("metadata", metadata),
        EndToEndCase::new("context-is-passed-on", passed_on),
        EndToEndCase::new("not-sampled", not_sampled),
        EndToEndCase::new("targets", targets),
        EndToEndCase::new("opt-out", opt_out),
        EndToEndCase::new("given-up-in-the-stream", given_up),
        EndToEndCase::new("given-up-before-the-answer", given_up_early),
        EndToEndCase::new("server-is-too-slow", server_timeout),
        EndToEndCase::new("client-is-impatient", client_timeout),
        EndToEndCase::new("nobody-there", nobody_there),
        EndToEndCase::new("many-streams-at-once", many),
    ]
}

/// One side of a call.
struct Side {
    tracer: Tracer,
    sink: MemorySink,
}

/// A service that is up.
struct Service {
    side: Side,
    probe: Arc<Probe>,
    running: Running,
}

impl Side {
    fn new(options: Options) -> Self {
        let sink = MemorySink::new();
        let options = options.ignore_environment().inline_sink(sink.clone());
        Self {
            tracer: Tracer::new(options).expect("the suite's options are valid"),
            sink,
        }
    }

    fn sampled() -> Self {
        Self::new(Options::new().traces_sample_rate(1.0).release("theirs"))
    }

    /// Calls below a root of its own, and gives that too.
    async fn call(&self, on: On, to: SocketAddr, call: GrpcCall) -> (GrpcOutcome, Transaction) {
        let root = self.tracer.start_new_trace().start_span("caller").start();
        let call = on.call(&self.tracer, to, call);
        let outcome = call.in_trace_span(root).await;
        (outcome, self.transactions(1).await.remove(0))
    }

    async fn transactions(&self, count: usize) -> Vec<Transaction> {
        let sink = self.sink.clone();
        let waited = tokio::task::spawn_blocking(move || sink.wait_for(count, PATIENCE));
        match waited.await.expect("waiting does not panic") {
            Ok(transactions) => transactions,
            Err(fewer) => panic!("only {} of {count} transactions: {fewer:#?}", fewer.len()),
        }
    }
}

impl Service {
    fn start(on: On) -> Self {
        Self::start_with(on, None)
    }

    fn start_with(on: On, timeout: Option<Duration>) -> Self {
        let side = Side::new(Options::new().traces_sample_rate(1.0).release("ours"));
        let probe = Arc::new(Probe::default());
        let app = GrpcApp {
            tracer: side.tracer.clone(),
            grpc: on,
            probe: probe.clone(),
            timeout,
        };
        Self {
            side,
            probe,
            running: on.start(Arc::new(app)),
        }
    }

    /// Calls this service; how it ended, the client's transaction and the service's.
    async fn exchange(&self, on: On, call: GrpcCall) -> (GrpcOutcome, Transaction, Transaction) {
        let (outcome, client) = Side::sampled().call(on, self.running.address, call).await;
        let server = self.side.transactions(1).await.remove(0);
        (outcome, client, server)
    }
}

fn status(span: &SpanRecord) -> &'static str {
    span.status.map_or("none", SpanStatus::as_str)
}

fn statuses(client: &Transaction, server: &Transaction) -> (&'static str, &'static str) {
    (status(&client.spans[0]), status(&server.root))
}

/// A call that goes well: spans, names, and that each message was made in the trace of its call.
async fn whole(on: On, method: Method, sent: &[&str], expected: &[&str]) -> Check {
    let call = GrpcCall::new(method, sent);
    let (outcome, client, server) = Service::start(on).exchange(on, call).await;
    equal("code", outcome.code, Some(0))?;
    let answers: Vec<serde_json::Value> = outcome
        .messages
        .iter()
        .filter_map(|message| serde_json::from_str(message).ok())
        .collect();
    let texts: Vec<_> = answers.iter().map(|answer| &answer["message"]).collect();
    equal("answers", texts, expected.to_vec())?;
    let trace_id = client.trace_id.to_string();
    let in_trace = answers.iter().all(|answer| answer["trace_id"] == trace_id);
    holds("each made in the trace of the call", in_trace, &answers)?;

    equal("one trace", server.trace_id, client.trace_id)?;
    equal("client spans", client.spans.len(), 1)?;
    let span = &client.spans[0];
    let parent = server.root.parent_span_id;
    equal(
        "the parent is the client's span",
        parent,
        Some(span.span_id),
    )?;
    equal("statuses", statuses(&client, &server), ("ok", "ok"))?;
    let name = format!("POST {}", method.path());
    equal("names", (&*span.name, &*server.root.name), (&*name, &*name))?;
    equal("source", server.source, TransactionSource::Route)?;
    let ops = (&*span.op, &*server.root.op);
    equal("ops", ops, ("http.client", "http.server"))?;
    let code = |span: &SpanRecord| span.data.get("http.response.status_code").cloned();
    let ok = Some(Value::from(200));
    equal(
        "status codes",
        (code(span), code(&server.root)),
        (ok.clone(), ok),
    )
}

/// The codes of gRPC that a span has a status of its own for.
const CODES: [(u32, &str); 6] = [
    (3, "invalid_argument"),
    (4, "deadline_exceeded"),
    (5, "not_found"),
    (8, "resource_exhausted"),
    (13, "internal_error"),
    (16, "unauthenticated"),
];

async fn status_in_headers(on: On) -> Check {
    for (code, expected) in CODES {
        for method in [Method::Unary, Method::ClientStream] {
            let call = GrpcCall::new(method, &[&format!("fail {code}")]);
            let (outcome, client, server) = Service::start(on).exchange(on, call).await;
            equal("code", outcome.code, Some(code))?;
            equal("statuses", statuses(&client, &server), (expected, expected))?;
        }
    }
    Ok(())
}

async fn status_in_trailers(on: On) -> Check {
    for (code, expected) in CODES {
        for method in [Method::ServerStream, Method::Bidirectional] {
            let call = GrpcCall::new(method, &[&format!("fail {code}")]);
            let (outcome, client, server) = Service::start(on).exchange(on, call).await;
            equal("code", outcome.code, Some(code))?;
            equal("statuses", statuses(&client, &server), (expected, expected))?;
        }
    }
    Ok(())
}

async fn unknown_method(on: On) -> Check {
    let call = GrpcCall::new(Method::Unknown, &[]);
    let (outcome, client, server) = Service::start(on).exchange(on, call).await;
    equal("code", outcome.code, Some(12))?;
    let expected = ("unimplemented", "unimplemented");
    equal("statuses", statuses(&client, &server), expected)
}

async fn metadata(on: On) -> Check {
    let mut call = GrpcCall::new(Method::Unary, &["a"]);
    call.metadata = vec![("baggage", "mine=1"), ("x-tenant", "7")];
    let (outcome, client, server) = Service::start(on).exchange(on, call).await;
    let answer: serde_json::Value =
        serde_json::from_str(&outcome.messages.concat()).unwrap_or_default();
    let received = |wanted: &str| {
        let pairs = answer["metadata"].as_array().into_iter().flatten();
        let values = pairs.filter(|pair| pair[0] == wanted);
        let values = values.filter_map(|pair| pair[1].as_str().map(str::to_owned));
        values.collect::<Vec<_>>()
    };
    equal("the caller's own", received("x-tenant"), ["7"])?;
    let header = format!("{}-{}-1", client.trace_id, client.spans[0].span_id);
    equal("sentry-trace", received("sentry-trace"), [header])?;
    let context = some("a context", client.dsc.as_deref())?;
    equal(
        "baggage",
        received("baggage"),
        [format!("mine=1,{context}")],
    )?;
    equal(
        "recorded by the service",
        server.dsc.as_deref(),
        Some(context),
    )
}

async fn passed_on(on: On) -> Check {
    let (middle, last) = (Service::start(on), Service::start(on));
    let order = format!("call {}", last.running.address);
    let call = GrpcCall::new(Method::Unary, &[&order]);
    let (_, client, middle) = middle.exchange(on, call).await;
    let last = last.side.transactions(1).await.remove(0);
    let traces = (middle.trace_id, last.trace_id);
    equal("one trace", traces, (client.trace_id, client.trace_id))?;
    let parent = last.root.parent_span_id;
    equal("the parent", parent, Some(middle.spans[0].span_id))?;
    holds("a context", client.dsc.is_some(), &client)?;
    let contexts = (middle.dsc, last.dsc);
    equal("one context", contexts, (client.dsc.clone(), client.dsc))
}

async fn not_sampled(on: On) -> Check {
    let service = Service::start(on);
    let caller = Side::new(Options::new().traces_sample_rate(0.0));
    let root = caller.tracer.start_new_trace().start_span("caller").start();
    let call = GrpcCall::new(Method::Unary, &["a"]);
    let call = on.call(&caller.tracer, service.running.address, call);
    let outcome = call.in_trace_span(root).await;
    equal("code", outcome.code, Some(0))?;
    equal("transactions", service.side.sink.take().len(), 0)
}

/// A client that knows no more than the path matches by text only (rule R9).
async fn targets(on: On) -> Check {
    let rows = [
        (Target::substring("/suite.Probe/"), false, true),
        (Target::substring("/other.Service/"), false, false),
        (Target::host("127.0.0.1"), false, false),
        (Target::host("127.0.0.1"), true, true),
        (Target::host("127.0.0.2"), true, false),
    ];
    for (target, knows_origin, expected) in rows {
        let service = Service::start(on);
        let what = format!("{target:?}, origin known: {knows_origin}");
        let options = Options::new().traces_sample_rate(1.0);
        let caller = Side::new(options.trace_propagation_targets([target]));
        let mut call = GrpcCall::new(Method::Unary, &["a"]);
        call.knows_origin = knows_origin;
        let (_, client) = caller.call(on, service.running.address, call).await;
        let server = service.side.transactions(1).await.remove(0);
        equal(&what, server.trace_id == client.trace_id, expected)?;
    }
    Ok(())
}

async fn opt_out(on: On) -> Check {
    for (propagation, spans) in [(Propagation::NotTraced, 0), (Propagation::NotPropagated, 1)] {
        let mut call = GrpcCall::new(Method::ServerStream, &["a"]);
        call.propagation = propagation;
        let (outcome, client, server) = Service::start(on).exchange(on, call).await;
        equal("code", outcome.code, Some(0))?;
        equal("client spans", client.spans.len(), spans)?;
        holds("two traces", server.trace_id != client.trace_id, &server)?;
    }
    Ok(())
}

async fn given_up(on: On) -> Check {
    let mut call = GrpcCall::new(Method::ServerStream, &["wait"]);
    call.give_up_after = Some(2);
    let (outcome, client, server) = Service::start(on).exchange(on, call).await;
    equal("answers", (outcome.messages.len(), outcome.code), (2, None))?;
    equal("one trace", server.trace_id, client.trace_id)?;
    equal(
        "statuses",
        statuses(&client, &server),
        ("cancelled", "cancelled"),
    )
}

async fn given_up_early(on: On) -> Check {
    let service = Service::start(on);
    let caller = Side::sampled();
    let root = caller.tracer.start_new_trace().start_span("caller").start();
    let call = GrpcCall::new(Method::Unary, &["wait"]);
    let call = on.call(&caller.tracer, service.running.address, call);
    let mut call = Box::pin(call.in_trace_span(root));
    tokio::select! {
        _ = &mut call => holds("no answer", false, ())?,
        () = service.probe.waiting.notified() => {}
    }
    drop(call);
    let client = caller.transactions(1).await.remove(0);
    let server = service.side.transactions(1).await.remove(0);
    equal("one trace", server.trace_id, client.trace_id)?;
    equal(
        "statuses",
        statuses(&client, &server),
        ("cancelled", "cancelled"),
    )
}

/// Long enough for a call to arrive.
const SHORT: Duration = Duration::from_millis(200);

async fn server_timeout(on: On) -> Check {
    let call = GrpcCall::new(Method::Unary, &["wait"]);
    let service = Service::start_with(on, Some(SHORT));
    let (outcome, client, server) = service.exchange(on, call).await;
    holds(
        "an error",
        outcome.code.is_some_and(|code| code != 0),
        &outcome,
    )?;
    // The service is dropped, and what the client gets is what the server says instead.
    let code = outcome.code.unwrap_or_default();
    let expected = SpanStatus::from_grpc(code).as_str();
    equal(
        "statuses",
        statuses(&client, &server),
        (expected, "cancelled"),
    )
}

async fn client_timeout(on: On) -> Check {
    let mut call = GrpcCall::new(Method::Unary, &["wait"]);
    call.timeout = Some(SHORT);
    let (outcome, client, server) = Service::start(on).exchange(on, call).await;
    holds(
        "an error",
        outcome.code.is_some_and(|code| code != 0),
        &outcome,
    )?;
    let expected = ("internal_error", "cancelled");
    equal("statuses", statuses(&client, &server), expected)
}

async fn nobody_there(on: On) -> Check {
    let gone =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let call = GrpcCall::new(Method::Unary, &["a"]);
    let address = gone.expect("a free port");
    let (outcome, client) = Side::sampled().call(on, address, call).await;
    equal("code", outcome.code, Some(14))?;
    equal("status", status(&client.spans[0]), "internal_error")
}

async fn many(on: On) -> Check {
    const CALLS: usize = 50;
    let service = Service::start(on);
    let address = service.running.address;
    let calls: Vec<_> = (0..CALLS)
        .map(|number| {
            let texts: Vec<_> = (0..10).map(|step| format!("{number}.{step}")).collect();
            let texts: Vec<_> = texts.iter().map(String::as_str).collect();
            let call = GrpcCall::new(Method::Bidirectional, &texts);
            tokio::spawn(async move { Side::sampled().call(on, address, call).await })
        })
        .collect();
    let mut expected = Vec::new();
    for call in calls {
        let (outcome, client) = call.await.expect("a call does not panic");
        let trace_id = client.trace_id.to_string();
        let in_trace = |message: &String| message.contains(&trace_id);
        let own = outcome
            .messages
            .iter()
            .filter(|text| in_trace(text))
            .count();
        equal("answers made in the trace of their call", own, 10)?;
        expected.push((client.trace_id, client.spans[0].span_id));
    }
    let transactions = service.side.transactions(CALLS).await;
    let served = transactions.iter().filter_map(|transaction| {
        let parent = transaction.root.parent_span_id?;
        Some((transaction.trace_id, parent))
    });
    let mut served: Vec<_> = served.collect();
    served.sort();
    expected.sort();
    equal("one transaction for each", served, expected)
}
