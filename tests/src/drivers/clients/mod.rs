//! The clients under test.

mod reqwest;

pub(super) use reqwest::Reqwest;
