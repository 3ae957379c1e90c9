//! The servers under test.

mod axum;
mod http1;
mod tower;

pub(super) use axum::Axum;
pub(super) use tower::Tower;
