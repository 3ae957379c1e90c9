#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod envelope;
#[cfg(feature = "dsn")]
pub mod http;
pub mod init;
#[cfg(feature = "json-lines")]
pub mod json_lines;
#[cfg(feature = "sentry")]
pub mod sentry;
#[cfg(feature = "spotlight")]
pub mod spotlight;
pub mod transport;
#[cfg(feature = "tree")]
pub mod tree;

mod attributes;
#[cfg(any(feature = "dsn", feature = "sentry"))]
mod discards;
mod dsc;
mod event;
mod extra;
mod json;
mod links;
mod localhost;
#[cfg(any(feature = "dsn", feature = "spotlight"))]
mod post;
#[cfg(feature = "dsn")]
mod rate_limits;
mod request;
mod sdk;
mod shrink;
mod span_stream;
mod switch;
mod time;
