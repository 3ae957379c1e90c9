//! The servers under test.

mod actix;
mod axum;
mod http1;
mod hyper;
mod tower;

pub(super) use actix::Actix;
pub(super) use axum::Axum;
pub(super) use hyper::Hyper;
pub(super) use tower::Tower;
