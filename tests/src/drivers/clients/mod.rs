//! The clients under test.

mod http1;
mod hyper;
mod reqwest;
mod tower;

pub(super) use hyper::Hyper;
pub(super) use reqwest::Reqwest;
pub(super) use tower::Tower;
