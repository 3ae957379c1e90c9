//! The request that a redirect asks for, by the rules that reqwest itself has.

use reqwest::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, LOCATION, REFERER, TRANSFER_ENCODING,
};
use reqwest::{Method, StatusCode, Url};

use crate::credentials;
use crate::request::Resend;

/// The request before our headers were written into it, kept for a further hop.
pub(crate) struct Template<R> {
    /// Everything but the body.
    head: R,
    /// `None` when the body is a stream of bytes, which cannot be sent twice.
    whole: Option<R>,
}

impl<R: Resend> Template<R> {
    pub(crate) fn of(request: &R) -> Self {
        // A stream without a byte can be made again.
        let if_empty = || request.is_empty().then(|| request.head());
        Self {
            head: request.head(),
            whole: request.try_clone().or_else(if_empty),
        }
    }

    /// The URL of the request.
    pub(crate) fn url(&self) -> &Url {
        self.head.url()
    }

    /// The request that the response asks for; `None` when it asks for none, or for one that cannot be made.
    pub(crate) fn next(self, status: StatusCode, headers: &HeaderMap, referer: bool) -> Option<R> {
        let keeps_body = match (status, self.head.method()) {
            (StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND, method) => *method != Method::POST,
            (StatusCode::SEE_OTHER, _) => false,
            (StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT, _) => true,
            _ => return None,
        };
        let previous = self.head.url().clone();
        let url = location(&previous, headers)?;
        let mut request = if keeps_body {
            self.whole?
        } else {
            without_body(self.head)
        };
        if credentials::is_elsewhere(&previous, &url) {
            credentials::strip(request.headers_mut());
        }
        if referer {
            set_referer(request.headers_mut(), &previous, &url);
        }
        *request.url_mut() = url;
        Some(request)
    }
}

/// Where the response points to; `None` when reqwest could not send a request there.
fn location(base: &Url, headers: &HeaderMap) -> Option<Url> {
    let text = std::str::from_utf8(headers.get(LOCATION)?.as_bytes()).ok()?;
    let url = base.join(text).ok()?;
    url.as_str().parse::<http::Uri>().is_ok().then_some(url)
}

fn without_body<R: Resend>(mut head: R) -> R {
    if *head.method() != Method::HEAD {
        *head.method_mut() = Method::GET;
    }
    for name in [
        CONTENT_TYPE,
        CONTENT_LENGTH,
        CONTENT_ENCODING,
        TRANSFER_ENCODING,
    ] {
        head.headers_mut().remove(name);
    }
    head
}

/// An address that was reached by https is not told to one that is reached by http.
fn set_referer(headers: &mut HeaderMap, previous: &Url, next: &Url) {
    headers.remove(REFERER);
    if previous.scheme() == "https" && next.scheme() == "http" {
        return;
    }
    let mut referer = previous.clone();
    referer.set_fragment(None);
    // Both fail only on URLs that cannot have credentials.
    _ = referer.set_username("");
    _ = referer.set_password(None);
    if let Ok(value) = referer.as_str().parse() {
        headers.insert(REFERER, value);
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Request;
    use reqwest::header::{AUTHORIZATION, HeaderValue};

    use super::*;

    fn request(method: Method, url: &str) -> Request {
        Request::new(method, url.parse().expect("a URL"))
    }

    fn next(request: &Request, status: u16, location: &str) -> Option<Request> {
        let status = StatusCode::from_u16(status).expect("a status");
        let location = HeaderValue::from_str(location).expect("a header value");
        let headers = HeaderMap::from_iter([(LOCATION, location)]);
        Template::of(request).next(status, &headers, true)
    }

    #[test]
    fn methods_change_as_in_reqwest() {
        let after = |method: Method, status| {
            let request = request(method, "http://a/");
            next(&request, status, "/b").map(|next| next.method().clone())
        };
        for status in [301, 302] {
            assert_eq!(after(Method::POST, status), Some(Method::GET));
            assert_eq!(after(Method::PUT, status), Some(Method::PUT));
            assert_eq!(after(Method::HEAD, status), Some(Method::HEAD));
        }
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(after(method.clone(), 303), Some(Method::GET));
            assert_eq!(after(method.clone(), 307), Some(method.clone()));
            assert_eq!(after(method.clone(), 308), Some(method));
        }
        assert_eq!(after(Method::HEAD, 303), Some(Method::HEAD));
        for status in [200, 300, 304, 305, 306] {
            assert_eq!(after(Method::GET, status), None);
        }
    }

    #[test]
    fn a_body_goes_along_or_its_headers_stay_too() {
        let mut post = request(Method::POST, "http://a/");
        *post.body_mut() = Some("text".into());
        post.headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        let kept = next(&post, 307, "/b").expect("a request");
        assert_eq!(
            kept.body().and_then(reqwest::Body::as_bytes),
            Some("text".as_bytes())
        );
        assert!(kept.headers().contains_key(CONTENT_TYPE));
        let dropped = next(&post, 303, "/b").expect("a request");
        assert!(dropped.body().is_none() && !dropped.headers().contains_key(CONTENT_TYPE));
    }

    #[test]
    fn the_location_is_resolved_or_the_redirect_given_back() {
        let get = request(Method::GET, "http://user:secret@a/x/y?q#fragment");
        let to = |location| next(&get, 302, location).map(|next| next.url().to_string());
        assert_eq!(to("z").as_deref(), Some("http://user:secret@a/x/z"));
        assert_eq!(to("//b/z#f").as_deref(), Some("http://b/z#f"));
        assert_eq!(to("http://b:x/"), None);
        assert_eq!(to("http://b{}/"), None);
        assert!(
            Template::of(&get)
                .next(StatusCode::FOUND, &HeaderMap::new(), true)
                .is_none()
        );
    }

    #[test]
    fn the_referer_has_no_secret_and_is_not_told_below_https() {
        let get = request(Method::GET, "https://user:secret@a/x#fragment");
        let same = next(&get, 302, "https://b/").expect("a request");
        assert_eq!(same.headers()[REFERER], "https://a/x");
        let below = next(&same, 302, "http://c/").expect("a request");
        assert!(!below.headers().contains_key(REFERER));
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static("/"))]);
        let off = Template::of(&get).next(StatusCode::FOUND, &headers, false);
        assert!(!off.expect("a request").headers().contains_key(REFERER));
    }

    #[test]
    fn credentials_stay_at_their_origin_and_do_not_come_back() {
        let mut get = request(Method::GET, "http://a/");
        get.headers_mut()
            .insert(AUTHORIZATION, HeaderValue::from_static("Bearer x"));
        let has = |request: &Request| request.headers().contains_key(AUTHORIZATION);
        assert!(has(&next(&get, 302, "http://a:80/b").expect("a request")));
        for elsewhere in ["https://a/", "http://a:81/", "http://b/"] {
            let away = next(&get, 302, elsewhere).expect("a request");
            assert!(!has(&away), "{elsewhere}");
            assert!(!has(&next(&away, 302, "http://a/").expect("a request")));
        }
    }
}
