//! Sentry tracing for axum, named by route
