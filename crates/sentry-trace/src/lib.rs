//! Distributed tracing in Sentry's protocol: one cargo feature per framework
