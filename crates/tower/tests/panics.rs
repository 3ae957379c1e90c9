//! Panics: the request that panics has failed, and no other.

use std::convert::Infallible;
use std::future::{Ready, pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use sentry_trace_runtime::core::status::SpanStatus;
use sentry_trace_runtime::testing::MemorySink;
use sentry_trace_runtime::{Options, Tracer};
use sentry_trace_tower::ServerLayer;
use tower::{Layer, Service, ServiceExt, service_fn};

type Answer = Result<Response<String>, Infallible>;

fn layer() -> (ServerLayer, MemorySink) {
    let sink = MemorySink::new();
    let options = Options::new().traces_sample_rate(1.0).ignore_environment();
    let tracer = Tracer::new(options.inline_sink(sink.clone())).expect("valid options");
    (ServerLayer::new().tracer(tracer), sink)
}

fn status(sink: &MemorySink) -> Option<SpanStatus> {
    let transactions = sink.take();
    assert_eq!(transactions.len(), 1);
    transactions[0].root.status
}

/// Calls what panics.
fn assert_panics<R>(call: impl FnOnce() -> R) {
    assert!(catch_unwind(AssertUnwindSafe(call)).is_err());
}

/// A body that panics, and notes whether it is asked for anything behind that.
#[derive(Default)]
struct Broken {
    has_panicked: bool,
    is_asked: Arc<AtomicBool>,
}

impl Body for Broken {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.has_panicked = true;
        panic!("no rows");
    }

    fn is_end_stream(&self) -> bool {
        self.is_asked.fetch_or(self.has_panicked, Relaxed);
        false
    }
}

/// A body from which nothing comes; whatever else is done to it may panic.
struct Silent {
    is_at_its_end: fn() -> bool,
    length: fn() -> SizeHint,
    ends: fn(),
}

const SILENT: Silent = Silent {
    is_at_its_end: || false,
    length: SizeHint::default,
    ends: || (),
};

impl Body for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        (self.is_at_its_end)()
    }

    fn size_hint(&self) -> SizeHint {
        (self.length)()
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        (self.ends)();
    }
}

/// Serves a request with such a body, and drops it.
fn serve(layer: &ServerLayer, body: impl Fn() -> Silent) {
    let answer = |_: Request<()>| ready(Ok::<_, Infallible>(Response::new(body())));
    let service = layer.layer(service_fn(answer));
    drop(service.oneshot(Request::new(())).now_or_never());
}

#[test]
fn a_request_that_panics_fails_at_once() {
    let (layer, sink) = layer();
    let mut service = layer.layer(service_fn(|_: Request<()>| -> Ready<Answer> {
        panic!("no future");
    }));
    assert_panics(|| service.call(Request::new(())));
    assert_eq!(status(&sink), Some(SpanStatus::InternalError));

    let mut service = layer.layer(service_fn(async |_: Request<()>| -> Answer {
        panic!("no response");
    }));
    let mut future = Box::pin(service.call(Request::new(())));
    assert_panics(|| future.as_mut().now_or_never());
    assert_eq!(status(&sink), Some(SpanStatus::InternalError));

    let service = layer.layer(service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(Broken::default()))
    }));
    let response = service.oneshot(Request::new(())).now_or_never();
    let mut body = response.expect("ready").expect("a response").into_body();
    assert_panics(|| body.frame().now_or_never());
    assert_eq!(status(&sink), Some(SpanStatus::InternalError));

    let unruly = || Silent {
        ends: || panic!("not now"),
        ..SILENT
    };
    assert_panics(|| serve(&layer, unruly));
    assert_eq!(status(&sink), Some(SpanStatus::InternalError));

    let unknowing = || Silent {
        length: || panic!("no idea"),
        ..SILENT
    };
    assert_panics(|| serve(&layer, unknowing));
    assert_eq!(status(&sink), Some(SpanStatus::InternalError));
}

#[test]
fn a_body_that_has_panicked_is_asked_nothing_more() {
    let (layer, sink) = layer();
    let is_asked = Arc::new(AtomicBool::new(false));
    let service = layer.layer(service_fn(|_: Request<()>| {
        let body = Broken {
            is_asked: is_asked.clone(),
            ..Broken::default()
        };
        async { Ok::<_, Infallible>(Response::new(body)) }
    }));
    let response = service.oneshot(Request::new(())).now_or_never();
    let body = response.expect("ready").expect("a response").into_body();
    assert_panics(|| body.collect().now_or_never());
    assert_eq!(status(&sink), Some(SpanStatus::InternalError));
    assert!(!is_asked.load(Relaxed));
}

#[test]
fn a_body_that_panics_when_it_is_asked_for_its_end_is_dropped_all_the_same() {
    let (layer, sink) = layer();
    // Another task has left it broken.
    let poisoned = || Silent {
        is_at_its_end: || panic!("poisoned"),
        ..SILENT
    };
    serve(&layer, poisoned);
    assert_eq!(status(&sink), Some(SpanStatus::Cancelled));
}

#[test]
fn a_request_that_is_dropped_while_something_else_unwinds_is_cancelled() {
    let (layer, sink) = layer();
    let mut service = layer.layer(service_fn(|_: Request<()>| pending::<Answer>()));
    assert_panics(|| {
        let mut future = Box::pin(service.call(Request::new(())));
        assert!(future.as_mut().now_or_never().is_none());
        panic!("a neighbour");
    });
    assert_eq!(status(&sink), Some(SpanStatus::Cancelled));

    let service = layer.layer(service_fn(async |_: Request<()>| -> Answer {
        Ok(Response::new("rows".to_owned()))
    }));
    assert_panics(|| {
        let response = service.oneshot(Request::new(())).now_or_never();
        let _body = response.expect("ready").expect("a response").into_body();
        panic!("a neighbour");
    });
    assert_eq!(status(&sink), Some(SpanStatus::Cancelled));
}

#[test]
fn a_request_that_is_served_while_something_else_unwinds_ends_as_its_response_says() {
    struct SignOff(ServerLayer);
    impl Drop for SignOff {
        fn drop(&mut self) {
            let service = self.0.layer(service_fn(async |_: Request<()>| -> Answer {
                Ok(Response::new("signed off".to_owned()))
            }));
            let response = service.oneshot(Request::new(())).now_or_never();
            let body = response.expect("ready").expect("a response").into_body();
            body.collect().now_or_never().expect("ready").expect("text");
        }
    }
    let (layer, sink) = layer();
    assert_panics(|| {
        let _sign_off = SignOff(layer);
        panic!("something else");
    });
    assert_eq!(status(&sink), Some(SpanStatus::Ok));
}
