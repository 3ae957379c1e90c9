//! The envelope endpoint.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::{HeaderMap, Request, StatusCode};
use serde_json::json;

use crate::behaviour::Behaviour;
use crate::content;
use crate::envelope::Envelope;
use crate::reply::{self, Cut, Reply, ReplyBody};
use crate::shared::Shared;
use crate::store::{ReceivedEnvelope, Store};

const ENVELOPE_TYPE: &str = "application/x-sentry-envelope";

/// What the route says about an envelope.
pub(crate) enum Route {
    /// `/api/{project}/envelope/`
    Project(String),
    /// `/stream`
    Stream,
}

pub(crate) async fn receive(
    shared: Arc<Shared>,
    request: Request<Incoming>,
    route: Route,
) -> Result<Reply, Cut> {
    shared.change(Store::count_request);
    let behaviour = shared.next_behaviour();

    let (parts, body) = request.into_parts();
    let content = match content::read(&parts.headers, body).await {
        Ok(content) => content,
        Err(error) => {
            let detail = error.to_string();
            let status = error.status().ok_or(Cut)?;
            return Ok(refuse(&shared, status, &detail));
        }
    };
    let accept = || {
        let wanted = matches!(route, Route::Project(_)) || is_envelope_type(&parts.headers);
        if wanted {
            accept(&shared, &route, &parts.headers, parts.uri.query(), &content)
        } else {
            drop_unwanted(&shared)
        }
    };

    match behaviour {
        Behaviour::Normal => Ok(accept()),
        Behaviour::Respond(answer) => {
            let mut reply = if answer.status.is_success() {
                accept()
            } else {
                reply::empty(answer.status)
            };
            if reply.status().is_success() {
                *reply.status_mut() = answer.status;
            }
            reply.headers_mut().extend(answer.headers);
            Ok(reply)
        }
        Behaviour::Hang => {
            shared.hang().await;
            Ok(accept())
        }
        Behaviour::CutAfterRead => Err(Cut),
        Behaviour::CutMidResponse => Ok(accept().map(ReplyBody::cut_in_half)),
    }
}

fn accept(
    shared: &Shared,
    route: &Route,
    headers: &HeaderMap,
    query: Option<&str>,
    content: &[u8],
) -> Reply {
    let envelope = match Envelope::parse(content) {
        Ok(envelope) => envelope,
        Err(error) => return refuse(shared, StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let id = envelope.event_id().map(str::to_owned);
    let header = headers.get("x-sentry-auth").map(lossy);
    let query = query.filter(|query| query_key(query).is_some());
    let received = ReceivedEnvelope {
        project: match route {
            Route::Project(project) => Some(project.clone()),
            Route::Stream => None,
        },
        public_key: header
            .as_deref()
            .and_then(header_key)
            .or_else(|| query_key(query?))
            .or_else(|| dsn_key(envelope.header.get("dsn")?.as_str()?))
            .map(str::to_owned),
        auth: header.or_else(|| query.map(str::to_owned)),
        headers: headers
            .iter()
            .map(|(name, value)| (name.to_string(), lossy(value)))
            .collect(),
        envelope,
        size: content.len(),
    };
    shared.change(|store| store.accept(received));
    reply::json(StatusCode::OK, &json!({ "id": id }))
}

fn refuse(shared: &Shared, status: StatusCode, detail: &str) -> Reply {
    shared.change(|store| store.refuse(detail));
    reply::refusal(status, detail)
}

/// Spotlight answers 200 to any other type and keeps nothing; so that clients are tested against that, so does this.
fn drop_unwanted(shared: &Shared) -> Reply {
    let detail = format!("/stream drops what is not of the type {ENVELOPE_TYPE}");
    refuse(shared, StatusCode::OK, &detail)
}

fn is_envelope_type(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(ENVELOPE_TYPE)
}

fn lossy(value: &hyper::header::HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// `Sentry sentry_version=7, sentry_key=…`
fn header_key(header: &str) -> Option<&str> {
    let pairs = header.trim().strip_prefix("Sentry ").unwrap_or(header);
    pairs
        .split(',')
        .find_map(|pair| pair.trim().strip_prefix("sentry_key="))
        .filter(|key| !key.is_empty())
}

fn query_key(query: &str) -> Option<&str> {
    query
        .split('&')
        .find_map(|pair| pair.strip_prefix("sentry_key="))
        .filter(|key| !key.is_empty())
}

fn dsn_key(dsn: &str) -> Option<&str> {
    let (userinfo, _) = dsn.split_once("://")?.1.split_once('@')?;
    userinfo.split(':').next().filter(|key| !key.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_key_is_found_in_each_place() {
        assert_eq!(
            header_key("Sentry sentry_key=abc, sentry_version=7"),
            Some("abc")
        );
        assert_eq!(
            header_key("Sentry sentry_version=7,sentry_key=abc"),
            Some("abc")
        );
        assert_eq!(header_key("Bearer abc"), None);
        assert_eq!(query_key("sentry_version=7&sentry_key=abc"), Some("abc"));
        assert_eq!(query_key("sentry_key="), None);
        assert_eq!(dsn_key("https://abc:secret@host/1"), Some("abc"));
        assert_eq!(dsn_key("https://host/1"), None);
    }
}
