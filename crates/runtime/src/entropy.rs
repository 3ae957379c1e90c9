//! Where random ids come from.

use sentry_trace_core::id::{SpanId, TraceId};

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub use system::SystemEntropy;

/// A source of random bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills all of `bytes`.
    fn fill(&self, bytes: &mut [u8]);

    /// Sixteen random bytes.
    fn sixteen(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        bytes
    }

    /// A random version 4 UUID (rule R7).
    fn trace_id(&self) -> TraceId {
        TraceId::from_random(self.sixteen())
    }

    /// Eight random bytes, never all zero (rule R7).
    fn span_id(&self) -> SpanId {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        SpanId::from_random(bytes)
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod system {
    use std::cell::RefCell;

    use rand::rngs::{StdRng, SysRng};
    use rand::{Rng, SeedableRng};

    use super::{Entropy, SpanId};

    /// A cryptographic generator of each thread's own, seeded by the operating system.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct SystemEntropy;

    // Not `rand::rng()`, which panics while a thread's storage is being torn down: spans still finish there.
    thread_local! {
        static GENERATOR: RefCell<StdRng> = seeded();
    }

    impl Entropy for SystemEntropy {
        fn fill(&self, bytes: &mut [u8]) {
            let filled = GENERATOR.try_with(|generator| generator.borrow_mut().fill_bytes(bytes));
            if filled.is_err() {
                seeded().get_mut().fill_bytes(bytes);
            }
        }

        fn sixteen(&self) -> [u8; 16] {
            let halves = u128::from(number()) << 64 | u128::from(number());
            halves.to_ne_bytes()
        }

        fn span_id(&self) -> SpanId {
            SpanId::from_random(number().to_ne_bytes())
        }
    }

    /// A random number, which costs less than bytes of any length.
    fn number() -> u64 {
        let number = GENERATOR.try_with(|generator| generator.borrow_mut().next_u64());
        number.unwrap_or_else(|_| seeded().get_mut().next_u64())
    }

    fn seeded() -> RefCell<StdRng> {
        let seeded = StdRng::try_from_rng(&mut SysRng);
        RefCell::new(seeded.expect("the operating system gives random bytes"))
    }
}

#[cfg(all(test, not(all(target_family = "wasm", target_os = "unknown"))))]
mod tests {
    use std::collections::HashSet;

    use super::{Entropy, SystemEntropy};

    #[test]
    fn both_halves_of_a_trace_id_and_a_span_id_are_random() {
        const IDS: usize = 64;
        let mut halves = HashSet::new();
        for _ in 0..IDS {
            let trace_id = SystemEntropy.trace_id().to_bytes();
            halves.extend(trace_id.chunks(8).map(<[u8]>::to_vec));
            halves.insert(SystemEntropy.span_id().to_bytes().to_vec());
        }
        assert_eq!(halves.len(), 3 * IDS);
    }
}
