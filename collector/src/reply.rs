//! Answers and their bodies.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

/// Ends the connection where it stands.
#[derive(Debug)]
pub(crate) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was cut on demand")
    }
}

impl std::error::Error for Cut {}

/// A body that is in memory, of which only the first half may be sent.
pub(crate) struct ReplyBody {
    bytes: Bytes,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Whole,
    Halved,
    /// The half is on its way; once more pending, so that the connection is flushed before it is cut.
    Flushing,
    Cutting,
    Sent,
}

impl ReplyBody {
    fn whole(bytes: Bytes) -> Self {
        let state = if bytes.is_empty() {
            State::Sent
        } else {
            State::Whole
        };
        Self { bytes, state }
    }

    /// Sends half of the bytes that are announced, and then cuts the connection.
    pub(crate) fn cut_in_half(self) -> Self {
        Self {
            state: State::Halved,
            ..self
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let body = self.get_mut();
        match body.state {
            State::Whole => {
                body.state = State::Sent;
                Poll::Ready(Some(Ok(Frame::data(body.bytes.clone()))))
            }
            State::Halved => {
                body.state = State::Flushing;
                Poll::Ready(Some(Ok(Frame::data(
                    body.bytes.slice(..body.bytes.len() / 2),
                ))))
            }
            State::Flushing => {
                body.state = State::Cutting;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            State::Cutting => Poll::Ready(Some(Err(Cut))),
            State::Sent => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.state == State::Sent
    }

    fn size_hint(&self) -> SizeHint {
        let left = if self.is_end_stream() {
            0
        } else {
            self.bytes.len() as u64
        };
        SizeHint::with_exact(left)
    }
}

pub(crate) type Reply = Response<ReplyBody>;

pub(crate) fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(ReplyBody::whole(Bytes::new()));
    *reply.status_mut() = status;
    reply
}

pub(crate) fn json(status: StatusCode, value: &Value) -> Reply {
    let mut reply = text("application/json", Bytes::from(value.to_string()));
    *reply.status_mut() = status;
    reply
}

/// `{"detail": …}`
pub(crate) fn refusal(status: StatusCode, detail: &str) -> Reply {
    json(status, &json!({ "detail": detail }))
}

pub(crate) fn text(content_type: &'static str, text: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(ReplyBody::whole(text.into()));
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}
