//! Sentry tracing for tower services and clients
