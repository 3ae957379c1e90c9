//! A server under test.

use std::net::SocketAddr;
use std::sync::Arc;

use super::app::App;

/// A server under test.
pub trait Server: Send + Sync {
    /// The name, `axum` for example.
    fn name(&self) -> &'static str;

    /// What spans of its adapter have as origin.
    fn origin(&self) -> &'static str;

    /// Serves the app on a free port of 127.0.0.1. Called within a tokio runtime.
    fn start(&self, app: Arc<App>) -> Running;
}

/// A server that runs until this is dropped.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl Running {
    /// A server that `stop` stops.
    pub fn new(address: SocketAddr, stop: impl FnOnce() + Send + Sync + 'static) -> Self {
        Self {
            address,
            stop: Some(Box::new(stop)),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop();
        }
    }
}
