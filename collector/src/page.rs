//! The page that draws the traces, in three files without anything from elsewhere.

use hyper::header::{CONTENT_SECURITY_POLICY, HeaderValue};

use crate::reply::{self, Reply};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) struct Asset {
    content_type: &'static str,
    text: &'static str,
}

pub(crate) fn asset(name: &str) -> Option<Asset> {
    let (content_type, text) = match name {
        "" => ("text/html; charset=utf-8", include_str!("page.html")),
        "page.css" => ("text/css; charset=utf-8", include_str!("page.css")),
        "page.js" => ("text/javascript; charset=utf-8", include_str!("page.js")),
        _ => return None,
    };
    Some(Asset { content_type, text })
}

impl Asset {
    pub(crate) fn reply(&self) -> Reply {
        let mut reply = reply::text(self.content_type, self.text);
        reply
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
        reply
    }
}
