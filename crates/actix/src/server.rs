//! The server side: middleware, service, future and body.

mod body;
mod error;
mod future;
pub(crate) mod headers;
mod middleware;
mod request;
mod route;
mod service;

pub use body::ServerBody;
pub use future::ServerFuture;
pub use middleware::TraceMiddleware;
pub use service::TraceService;
