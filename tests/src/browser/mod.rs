//! Pages with Sentry's browser SDK, and a headless Chromium that visits them.
//!
//! The SDK, a bundler and the driver of the browser are npm packages in `tests/browser`, installed on demand.

pub mod bundle;
pub mod chromium;
pub mod packages;
pub mod page;
