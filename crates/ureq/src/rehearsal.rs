//! What ureq itself would do after a redirect, found out without a network.
//!
//! ureq keeps a request's settings to itself, and so the rules that depend on them: how many redirects are followed
//! and what happens to one more, whether authorization travels, which history is kept. An agent whose connections
//! answer from a script shows all of it.

use std::time::Duration;

use ureq::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, header,
};
use ureq::{Body, Error, ResponseExt};

use crate::stage::Stage;

/// How the script ends.
const SUCCESS: &[u8] = b"HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n";

/// A redirect that was received.
#[derive(Clone, Debug)]
pub(crate) struct Redirect {
    status: StatusCode,
    location: Option<Vec<u8>>,
}

/// What comes after the redirects.
pub(crate) struct Outcome {
    /// What ureq would answer when the next request succeeds: its address and history are right.
    pub(crate) response: Response<Body>,
    /// The request that follows; `None` when the redirect is given back.
    pub(crate) next: Option<NextRequest>,
}

/// The request that follows.
pub(crate) struct NextRequest {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    /// The headers that it has, also those that ureq adds by itself.
    pub(crate) headers: HeaderMap,
    /// The time for the request and all redirects, from the settings.
    pub(crate) timeout_global: Option<Duration>,
}

impl Redirect {
    pub(crate) fn of(response: &Response<Body>) -> Option<Self> {
        response.status().is_redirection().then(|| Self {
            status: response.status(),
            location: response
                .headers()
                .get_all(header::LOCATION)
                .iter()
                .next_back()
                .map(|location| location.as_bytes().to_vec()),
        })
    }

    fn answer(&self) -> Vec<u8> {
        let mut answer = format!("HTTP/1.1 {} \r\n", self.status.as_u16()).into_bytes();
        if let Some(location) = &self.location {
            answer.extend_from_slice(b"location: ");
            answer.extend_from_slice(location);
            answer.extend_from_slice(b"\r\n");
        }
        answer.extend_from_slice(b"\r\n");
        answer
    }
}

/// Whether ureq follows redirects of this request at all, as far as the request shows it.
pub(crate) fn follows_redirects(head: &Request<()>) -> bool {
    let stage = Stage::new([SUCCESS.to_vec()]);
    // What is wrong with the request shows again when it is sent.
    _ = stage.agent().run(without_body(head));
    let settings = stage.settings();
    settings.is_none_or(|settings| settings.max_redirects > 0)
}

/// Plays the request with the settings among its extensions, answered by these redirects and then by success.
pub(crate) fn rehearse(head: &Request<()>, redirects: &[Redirect]) -> Result<Outcome, Error> {
    let answers = redirects.iter().map(Redirect::answer);
    let stage = Stage::new(answers.chain([SUCCESS.to_vec()]));
    let response = stage.agent().run(without_body(head))?;
    let next = stage.received(redirects.len()).map(|received| {
        let (method, headers) = read_head(&received);
        NextRequest {
            method,
            uri: response.get_uri().clone(),
            headers,
            timeout_global: stage
                .settings()
                .and_then(|settings| settings.timeout_global),
        }
    });
    Ok(Outcome { response, next })
}

/// ureq sends no body along a redirect, so a rehearsal needs none.
fn without_body(head: &Request<()>) -> Request<()> {
    let mut head = head.clone();
    for name in [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::EXPECT,
    ] {
        head.headers_mut().remove(name);
    }
    head
}

fn read_head(received: &[u8]) -> (Method, HeaderMap) {
    let mut lines = received.split(|byte| *byte == b'\n');
    let method = lines
        .next()
        .and_then(|line| line.split(|byte| *byte == b' ').next())
        .and_then(|method| Method::from_bytes(method).ok());
    let headers = lines
        .map(<[u8]>::trim_ascii)
        .take_while(|line| !line.is_empty());
    let mut map = HeaderMap::new();
    for (name, value) in headers.filter_map(read_header) {
        map.append(name, value);
    }
    (method.unwrap_or_default(), map)
}

fn read_header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}

#[cfg(test)]
mod tests;
