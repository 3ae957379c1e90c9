//! The client side: layer, service, future and body.

mod body;
mod future;
mod layer;
mod service;
mod start;
mod written;

pub use body::ClientBody;
pub use future::ClientFuture;
pub use layer::ClientLayer;
pub use service::ClientService;
