//! Where random ids come from.

use sentry_trace_core::id::{SpanId, TraceId};

/// A source of random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// A random version 4 UUID (rule R7).
    fn trace_id(&self) -> TraceId {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        TraceId::from_random(bytes)
    }

    /// Eight random bytes, never all zero (rule R7).
    fn span_id(&self) -> SpanId {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        SpanId::from_random(bytes)
    }
}

/// The generator of the `rand` crate that is local to each thread and seeded by the operating system.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::Rng::fill_bytes(&mut rand::rng(), bytes);
    }
}
