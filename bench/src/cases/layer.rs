//! One request through an axum router, its response body read to the end.

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Path;
use axum::http::Request;
use axum::response::Response;
use axum::routing::get;
use tower_service::Service;

use super::Case;
use crate::input;

pub(super) const NAME: &str = "GET /users/{id}";

/// The router without a layer.
pub(super) fn router() -> Router {
    Router::new().route(
        "/users/{id}",
        get(|Path(id): Path<u32>| async move { format!("user {id}") }),
    )
}

/// A router, and how many of its responses were right.
pub(super) struct Served {
    router: Router,
    sampled: bool,
    right: u32,
}

impl Served {
    pub(super) fn new(router: Router, sampled: bool) -> Self {
        Self {
            // As `axum::serve` does; otherwise each request would build its route, layers included, anew.
            router: router.with_state(()),
            sampled,
            right: 0,
        }
    }

    /// Makes a request, which costs the same with each layer, and has it answered.
    pub(super) fn run(&mut self) {
        let request = black_box(request(self.sampled));
        let Ok(response) = ready(self.router.call(request));
        self.right += u32::from(is_right(response));
    }

    pub(super) fn check(&mut self, rounds: u32) {
        assert_eq!(std::mem::take(&mut self.right), rounds);
    }
}

fn request(sampled: bool) -> Request<Body> {
    let request = Request::get("/users/7");
    let request = input::headers(sampled)
        .into_iter()
        .fold(request, |request, (name, value)| {
            request.header(name, value)
        });
    request.body(Body::empty()).expect("the headers are valid")
}

/// Reads the body to the end.
fn is_right(response: Response) -> bool {
    let (head, mut body) = response.into_parts();
    let mut right = false;
    loop {
        let mut body = pin!(&mut body);
        let frame = ready(std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)));
        match frame {
            None => return right && head.status.is_success(),
            Some(Ok(frame)) => right = frame.data_ref().is_some_and(|data| data == "user 7"),
            Some(Err(_)) => return false,
        }
    }
}

/// Nothing here waits for anything.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// What the layers are compared with.
pub(super) struct Bare {
    served: Served,
}

impl Bare {
    pub(super) fn new(sampled: bool) -> Self {
        Self {
            served: Served::new(router(), sampled),
        }
    }
}

impl Case for Bare {
    fn run(&mut self) {
        self.served.run();
    }

    fn check(&mut self, rounds: u32) {
        self.served.check(rounds);
    }
}
