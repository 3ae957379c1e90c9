//! Sentry tracing for reqwest clients
