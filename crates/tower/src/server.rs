//! The server side: layer, service, future and body.

mod body;
mod facts;
mod future;
mod layer;
mod service;
mod start;

pub use body::ServerBody;
pub use facts::{FromRequest, RequestFacts};
pub use future::ServerFuture;
pub use layer::ServerLayer;
pub use service::ServerService;
