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
        // That of `OPTIONS *` is no path: the URL ends with the host (RFC 9110, section 7.1).
        path: if uri.path() == "*" { "" } else { uri.path() },
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asterisk_is_no_part_of_the_host() {
        let uri = Uri::builder().scheme("http").authority("example.com");
        let uri = uri.path_and_query("*").build().expect("a URI");
        let url = url(&uri).expect("it is absolute");
        assert_eq!(url.to_text(), "http://example.com");
    }
}
