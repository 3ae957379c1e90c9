//! Requests and replies without any framework's types.

use std::collections::HashMap;
use std::io;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;

/// A request as the app sees it.
#[derive(Clone, Debug)]
pub struct AppRequest {
    /// The path.
    pub path: String,
    /// The decoded query.
    pub query: HashMap<String, String>,
    /// The headers; bytes beyond UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
}

/// What the app answers.
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Headers beyond those that the server writes.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body.
    pub body: Body,
}

/// A body.
pub enum Body {
    /// No bytes.
    Empty,
    /// All bytes at once.
    Text(String),
    /// Bytes as they come.
    Stream(Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>),
}

impl AppRequest {
    /// Of a URL's path and query, and headers.
    pub fn new(path: &str, query: &str, headers: impl Iterator<Item = (String, String)>) -> Self {
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        Self {
            path: path.to_owned(),
            query: pairs
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect(),
            headers: headers.collect(),
        }
    }

    /// A value of the query.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A number of the query, zero when it is missing.
    pub fn number(&self, name: &str) -> usize {
        self.value(name)
            .and_then(|value| value.parse().ok())
            .unwrap_or_default()
    }
}

impl Reply {
    /// 200 with JSON.
    pub fn json(value: &serde_json::Value) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/json")],
            body: Body::Text(value.to_string()),
        }
    }

    /// A status code without a body.
    pub fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Body::Empty,
        }
    }
}
