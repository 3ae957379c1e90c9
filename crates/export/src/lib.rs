//! Where finished sentry-trace transactions go
