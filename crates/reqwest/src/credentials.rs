//! Headers that do not travel to another origin.

use reqwest::Url;
use reqwest::header::{
    AUTHORIZATION, COOKIE, HeaderMap, HeaderName, PROXY_AUTHORIZATION, WWW_AUTHENTICATE,
};

/// What reqwest takes off a request that is redirected to another origin.
pub(crate) const CREDENTIALS: [HeaderName; 5] = [
    AUTHORIZATION,
    COOKIE,
    HeaderName::from_static("cookie2"),
    PROXY_AUTHORIZATION,
    WWW_AUTHENTICATE,
];

/// Scheme, host or port differ.
pub(crate) fn is_elsewhere(previous: &Url, next: &Url) -> bool {
    previous.origin() != next.origin()
}

/// Takes the credentials off a request to another origin.
pub(crate) fn strip(headers: &mut HeaderMap) {
    for name in CREDENTIALS {
        headers.remove(name);
    }
}
