//! The head of an outgoing request.

use std::rc::Rc;

use actix_http::{RequestHead, RequestHeadType, Uri};
use awc::ConnectRequest;
use sentry_trace_http::{ClientRequest, ClientUrl};

/// The request as the hook and the span see it.
pub(super) fn seen(head: &RequestHead) -> ClientRequest<'_> {
    ClientRequest::new(head.method.as_str(), url(&head.uri))
}

fn url(uri: &Uri) -> Option<ClientUrl<'_>> {
    Some(ClientUrl {
        scheme: uri.scheme_str()?,
        host: uri.host()?,
        port: uri.port_u16(),
        path: uri.path(),
        query: uri.query(),
    })
}

/// The head, for changes to this attempt alone: a frozen request shares its head with the attempts after it.
pub(super) fn own_head(request: &mut ConnectRequest) -> &mut RequestHead {
    match request {
        ConnectRequest::Tunnel(head, _) => head,
        ConnectRequest::Client(RequestHeadType::Owned(head), ..) => head,
        ConnectRequest::Client(RequestHeadType::Rc(head, extra), ..) => {
            let head = Rc::make_mut(head);
            let extra = extra.take().unwrap_or_default();
            for name in extra.keys() {
                head.headers.remove(name);
            }
            for (name, value) in extra {
                head.headers.append(name, value);
            }
            head
        }
    }
}
