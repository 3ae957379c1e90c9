//! The current trace and span, span recording and sinks for sentry-trace
