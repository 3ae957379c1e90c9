//! The client side: middleware, service and future.

mod future;
mod headers;
mod middleware;
mod propagation;
mod request;
mod service;

pub use future::ClientFuture;
pub use middleware::ClientMiddleware;
pub use propagation::ClientRequestExt;
pub use service::ClientService;
