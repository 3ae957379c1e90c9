//! The end of a request whose service failed.

use std::cell::Cell;

use actix_web::Error;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use sentry_trace_http::{ServerSpan, fail_on_panic};

use super::headers::View;

/// Ends the span with the response that the client gets, as soon as somebody makes it of the error.
///
/// We must not make it ourselves to look at it: an `InternalError::from_response` gives its response away once, and
/// the client would be left with an empty 500. `ResponseError::status_code` alone would be wrong for errors that have
/// a response of their own. A mapper is shown the response on its way out, and the error stays what it is to whoever
/// handles it.
pub(super) fn end_with_error(span: ServerSpan, error: &mut Error) {
    if span.ignores_response() {
        return span.finish();
    }
    let mut span = Some(span);
    let named = fail_on_panic(&mut span, || error.as_response_error().status_code());
    let unanswered = Unanswered {
        span: Cell::new(span),
        named,
    };
    error.add_response_mapper(move |response| {
        unanswered.end(response.status(), response.headers());
        response
    });
}

/// The span of a request that has an error and no response yet.
struct Unanswered {
    // Taken by the first response.
    span: Cell<Option<ServerSpan>>,
    // What the error says of itself, asked while it still has the response that it may give away.
    named: StatusCode,
}

impl Unanswered {
    fn end(&self, status: StatusCode, headers: &HeaderMap) {
        let Some(span) = self.span.take() else { return };
        span.respond(status.as_u16(), &View(headers));
        span.finish();
    }
}

impl Drop for Unanswered {
    /// Other middleware answers something else, or in a way that no mapper sees, as `HttpResponse::from_error` does.
    fn drop(&mut self) {
        if std::thread::panicking() {
            // A panic is a status of its own.
            self.span.take().into_iter().for_each(ServerSpan::fail);
        } else {
            self.end(self.named, &HeaderMap::new());
        }
    }
}
