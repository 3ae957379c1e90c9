//! The client side: layer, service and future.

mod future;
mod layer;
mod service;

pub use future::ClientFuture;
pub use layer::ClientLayer;
pub use service::ClientService;
