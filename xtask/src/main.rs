//! Tasks of the sentry-trace workspace
fn main() {}
