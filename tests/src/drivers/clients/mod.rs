//! The clients under test.

mod awc;
mod http1;
mod hyper;
mod reqwest;
mod reqwest_blocking;
mod tower;
mod ureq;

pub(super) use awc::Awc;
pub(super) use hyper::Hyper;
pub(super) use reqwest::Reqwest;
pub(super) use reqwest_blocking::ReqwestBlocking;
pub(super) use tower::Tower;
pub(super) use ureq::Ureq;
