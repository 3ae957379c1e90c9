//! What a redirect needs of a request, asynchronous or blocking.

use std::time::Duration;

use http_body::Body;
use reqwest::header::HeaderMap;
use reqwest::{Method, Url, Version};

/// A request that can be made anew for the next hop.
pub(crate) trait Resend: Sized {
    fn of(method: Method, url: Url) -> Self;
    fn method(&self) -> &Method;
    fn method_mut(&mut self) -> &mut Method;
    fn url(&self) -> &Url;
    fn url_mut(&mut self) -> &mut Url;
    fn headers(&self) -> &HeaderMap;
    fn headers_mut(&mut self) -> &mut HeaderMap;
    fn version(&self) -> Version;
    fn version_mut(&mut self) -> &mut Version;
    fn timeout(&self) -> Option<Duration>;
    fn timeout_mut(&mut self) -> &mut Option<Duration>;
    /// `None` when the body is a stream, which cannot be sent twice.
    fn try_clone(&self) -> Option<Self>;
    /// The body is known to have no byte, though it may be a stream.
    fn is_empty(&self) -> bool;

    /// Everything but the body.
    fn head(&self) -> Self {
        let mut head = Self::of(self.method().clone(), self.url().clone());
        *head.headers_mut() = self.headers().clone();
        *head.version_mut() = self.version();
        *head.timeout_mut() = self.timeout();
        head
    }
}

macro_rules! resend {
    ($request:ty, $is_empty:expr) => {
        impl Resend for $request {
            fn of(method: Method, url: Url) -> Self {
                Self::new(method, url)
            }

            fn method(&self) -> &Method {
                self.method()
            }

            fn method_mut(&mut self) -> &mut Method {
                self.method_mut()
            }

            fn url(&self) -> &Url {
                self.url()
            }

            fn url_mut(&mut self) -> &mut Url {
                self.url_mut()
            }

            fn headers(&self) -> &HeaderMap {
                self.headers()
            }

            fn headers_mut(&mut self) -> &mut HeaderMap {
                self.headers_mut()
            }

            fn version(&self) -> Version {
                self.version()
            }

            fn version_mut(&mut self) -> &mut Version {
                self.version_mut()
            }

            fn timeout(&self) -> Option<Duration> {
                self.timeout().copied()
            }

            fn timeout_mut(&mut self) -> &mut Option<Duration> {
                self.timeout_mut()
            }

            fn try_clone(&self) -> Option<Self> {
                self.try_clone()
            }

            fn is_empty(&self) -> bool {
                self.body().is_none_or($is_empty)
            }
        }
    };
}

resend!(reqwest::Request, |body| body.size_hint().exact() == Some(0));
// A blocking stream tells nobody its length.
#[cfg(feature = "blocking")]
resend!(reqwest::blocking::Request, |_| false);
