//! A server and a client in one service.

use super::client::Client;
use super::server::Server;

/// A service that is served by one adapter and calls with another.
#[derive(Clone, Copy)]
pub struct Pair {
    /// What serves.
    pub server: &'static dyn Server,
    /// What calls.
    pub client: &'static dyn Client,
}
