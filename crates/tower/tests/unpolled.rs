//! A request that is given up before its future is polled.

use http::{Request, Response};
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer};
use sentry_trace_tower::ServerLayer;
use tower::{Layer, Service, service_fn};

#[tokio::test]
async fn it_is_one_cancelled_transaction_with_its_own_trace() {
    let sink = MemorySink::new();
    let options = Options::new()
        .traces_sample_rate(1.0)
        .inline_sink(sink.clone());
    let tracer = Tracer::new(options).expect("valid options");
    let handler = service_fn(|_: Request<()>| async {
        Ok::<_, std::convert::Infallible>(Response::new(String::new()))
    });
    let mut service = ServerLayer::new().tracer(tracer).layer(handler);
    let header = "771a43a4192642f0b136d5159a501700-1234567890abcdef-1";
    let request = Request::get("/orders").header("sentry-trace", header);

    drop(service.call(request.body(()).expect("a request")));

    let transactions = sink.take();
    assert_eq!(transactions.len(), 1);
    assert_eq!(transactions[0].root.status, Some(SpanStatus::Cancelled));
    assert_eq!(transactions[0].trace_id.to_string(), &header[..32]);
}
