//! A service with plain OpenTelemetry: `traceparent` and W3C baggage, no Sentry.
//!
//! Of the settings it knows `PEER_PORT` and `PEER_SAMPLE_RATE`; the others are Sentry's.

mod routes;
mod telemetry;

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let provider = telemetry::start(setting("PEER_SAMPLE_RATE")?);
    let port = setting("PEER_PORT")?.unwrap_or(0);
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    let mut terminated = signal(SignalKind::terminate())?;
    println!("LISTENING {}", listener.local_addr()?.port());
    tokio::select! {
        served = axum::serve(listener, routes::router(provider.clone())) => served?,
        _ = terminated.recv() => {}
    }
    provider.shutdown()?;
    Ok(())
}

fn setting<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    name: &str,
) -> Result<Option<T>, Error> {
    let text = std::env::var(name).ok();
    Ok(text.map(|text| text.parse()).transpose()?)
}
