//! Following redirects, each hop by its own URL (rule R8).

use std::io::{self, Read};
use std::time::{Duration, Instant};

use ureq::http::{HeaderMap, HeaderName, Request, Response};
use ureq::{Agent, Body, Error, SendBody, Timeout};

use crate::hop::Recording;
use crate::rehearsal::{NextRequest, Redirect, rehearse};

/// A redirect's body is read up to here, so that its connection can be used again; beyond, it is closed.
const DRAINED_BYTES: u64 = 64 * 1024;

/// Sends a request by `wire` and follows its redirects by the settings among its extensions.
pub(crate) fn follow(
    wire: &Agent,
    recording: &Recording<'_>,
    request: Request<SendBody<'_>>,
) -> Result<Response<Body>, Error> {
    let start = Instant::now();
    let (parts, body) = request.into_parts();
    let first = Request::from_parts(parts, ());
    let request = without_redirects(wire, first.clone().map(|()| body));
    let mut response = recording.send(request, 0, |request| wire.run(request))?;
    let mut redirects = Vec::new();
    while let Some(redirect) = Redirect::of(&response) {
        redirects.push(redirect);
        let outcome = rehearse(&first, &redirects)?;
        if let Some(next) = outcome.next {
            drain(response);
            let request = next_request(wire, &first, next, start)?;
            let sent = u32::try_from(redirects.len()).unwrap_or(u32::MAX);
            response = recording.send(request, sent, |request| wire.run(request))?;
        } else {
            return Ok(with_history(response, outcome.response));
        }
        // A later redirect replaces this by a longer history.
        response = with_history(response, outcome.response);
    }
    Ok(response)
}

fn without_redirects<'a>(wire: &Agent, request: Request<SendBody<'a>>) -> Request<SendBody<'a>> {
    wire.configure_request(request).max_redirects(0).build()
}

fn next_request(
    wire: &Agent,
    first: &Request<()>,
    next: NextRequest,
    start: Instant,
) -> Result<Request<SendBody<'static>>, Error> {
    let mut request = first.clone().map(|()| SendBody::none());
    *request.method_mut() = next.method;
    *request.uri_mut() = next.uri;
    keep_same(request.headers_mut(), &next.headers);
    let request = without_redirects(wire, request);
    let Some(timeout) = next.timeout_global else {
        return Ok(request);
    };
    let left = timeout.saturating_sub(start.elapsed());
    if left == Duration::ZERO {
        return Err(Error::Timeout(Timeout::Global));
    }
    let request = wire.configure_request(request);
    Ok(request.timeout_global(Some(left)).build())
}

/// Keeps the headers that travel on unchanged. Values count, not names: ureq makes an `authorization` of its own from
/// a URL with a password.
fn keep_same(headers: &mut HeaderMap, travelling: &HeaderMap) {
    let names: Vec<_> = headers.keys().cloned().collect();
    for name in names {
        if values(headers, &name) != values(travelling, &name) {
            headers.remove(&name);
        }
    }
}

/// All values of a header, without the white space around them, which is no part of them on the wire.
fn values<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Vec<&'a [u8]> {
    let values = headers.get_all(name).iter();
    values.map(|value| value.as_bytes().trim_ascii()).collect()
}

fn drain(response: Response<Body>) {
    let mut body = response.into_body().into_reader().take(DRAINED_BYTES);
    // A body that breaks off costs its connection, not the redirect.
    _ = io::copy(&mut body, &mut io::sink());
}

/// The address and the redirect history are in extensions that only ureq can make.
fn with_history(mut response: Response<Body>, rehearsed: Response<Body>) -> Response<Body> {
    let (parts, _) = rehearsed.into_parts();
    response.extensions_mut().extend(parts.extensions);
    response
}
