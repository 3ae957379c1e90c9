//! Where services listen.

use std::net::{SocketAddr, TcpListener};

/// A free port of 127.0.0.1.
pub(super) fn blocking() -> Result<(TcpListener, SocketAddr), String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    Ok((listener, address))
}

/// The same for tokio.
pub(super) fn with_tokio() -> Result<(tokio::net::TcpListener, SocketAddr), String> {
    let (listener, address) = blocking()?;
    listener
        .set_nonblocking(true)
        .map_err(|error| error.to_string())?;
    let listener =
        tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
    Ok((listener, address))
}
