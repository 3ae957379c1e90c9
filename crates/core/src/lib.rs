//! Sentry's trace propagation as pure functions: headers, baggage, sampling, targets
