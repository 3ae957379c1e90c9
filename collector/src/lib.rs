//! An embedded collector that speaks Sentry's envelope endpoint
