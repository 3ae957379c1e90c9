//! A page of 1 MiB with and without the layer that puts meta tags into it, in time: `cargo run --release --example page`.
//!
//! The page comes in chunks of 16 KiB, which are copied out as a server copies them into its buffer. Time counts from the
//! moment when the head has passed. Rounds of both kinds take turns, and the median of each counts. It fails above 5 %.

use std::convert::Infallible;
use std::future::Future;
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use sentry_trace_runtime::{Options, OptionsError, Tracer};
use sentry_trace_tower::ServerLayer;
use sentry_trace_tower::html::InjectMetaLayer;
use tower_layer::Layer;
use tower_service::Service;

const CHUNK: usize = 16 * 1024;
const CHUNKS: usize = 64;
const ROUNDS: usize = 4001;
const MOST: f64 = 1.05;

/// A page in chunks that are there already.
struct Chunks(Bytes);

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(Ok(Frame::data(self.0.split_to(CHUNK)))))
    }
}

#[derive(Clone)]
struct Handler(Bytes);

impl Service<Request<()>> for Handler {
    type Response = Response<Chunks>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Chunks>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::new(Chunks(self.0.clone()));
        let html = http::HeaderValue::from_static("text/html");
        response.headers_mut().insert("content-type", html);
        std::future::ready(Ok(response))
    }
}

/// Serves one page; gives its length, and how long it took behind the head.
fn round<S, B>(service: &mut S, buffer: &mut Vec<u8>) -> (usize, Duration)
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: Body<Data = Bytes, Error = Infallible>,
{
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(response)) = pin!(service.call(Request::new(()))).poll(&mut context) else {
        unreachable!("the handler is ready")
    };
    let mut body = pin!(response.into_body());
    let (mut length, mut start) = (0, Instant::now());
    while let Poll::Ready(Some(Ok(frame))) = body.as_mut().poll_frame(&mut context) {
        let bytes = frame.into_data().unwrap_or_default();
        buffer.clear();
        buffer.extend_from_slice(&bytes);
        black_box(&buffer);
        let had_passed = length >= CHUNK;
        length += bytes.len();
        if !had_passed && length >= CHUNK {
            start = Instant::now();
        }
    }
    (length, start.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() -> Result<ExitCode, OptionsError> {
    let tracer = Tracer::new(Options::new().traces_sample_rate(1.0).ignore_environment())?;
    let head = b"<!doctype html><html><head><title>a</title></head><body>";
    let mut page = head.to_vec();
    page.resize(CHUNK * CHUNKS, b'a');
    let handler = Handler(page.into());
    let layer = ServerLayer::new().tracer(tracer);
    let mut without = layer.layer(handler.clone());
    let mut with = layer.layer(InjectMetaLayer::new().layer(handler));
    let mut buffer = Vec::with_capacity(CHUNK);
    let (mut times_without, mut times_with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (length, time) = round(&mut without, &mut buffer);
        assert_eq!(length, CHUNK * CHUNKS);
        times_without.push(time);
        let (length, time) = round(&mut with, &mut buffer);
        assert!(length > CHUNK * CHUNKS, "the tags are there");
        times_with.push(time);
    }
    let (without, with) = (median(times_without), median(times_with));
    let ratio = with.as_secs_f64() / without.as_secs_f64();
    println!("without {without:?}, with {with:?}: {ratio:.3} of the time, at most {MOST}");
    Ok(if ratio <= MOST {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
