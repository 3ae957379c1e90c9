//! The conformance suite of sentry-trace
