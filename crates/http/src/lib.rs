//! What the sentry-trace adapters on the http 1 types share
