//! Where random ids come from.

use std::sync::atomic::{AtomicUsize, Ordering};

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

/// How many tracers have been built: a generator that was seeded before the last one is not used any more.
static TRACERS: AtomicUsize = AtomicUsize::new(0);

/// Notes that a tracer is built.
pub(crate) fn note_tracer() {
    TRACERS.fetch_add(1, Ordering::Relaxed);
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
mod system {
    use std::cell::RefCell;
    use std::sync::atomic::Ordering;

    use rand::rngs::{StdRng, SysRng};
    use rand::{Rng, SeedableRng};

    use super::{Entropy, SpanId, TRACERS};

    /// A cryptographic generator of each thread's own, seeded by the operating system.
    ///
    /// Processes that are forked go on with copies of one generator, and make the same ids. After a fork build a new
    /// [`Tracer`](crate::Tracer): with it each generator is seeded anew.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct SystemEntropy;

    struct Generator {
        /// How many there were when it was seeded.
        tracers: usize,
        numbers: StdRng,
    }

    // Not `rand::rng()`, which panics while a thread's storage is being torn down: spans still finish there.
    thread_local! {
        static GENERATOR: RefCell<Generator> = RefCell::new(Generator::seeded());
    }

    impl Entropy for SystemEntropy {
        fn fill(&self, bytes: &mut [u8]) {
            ask(|numbers| numbers.fill_bytes(bytes));
        }

        fn sixteen(&self) -> [u8; 16] {
            let (upper, lower) = ask(|numbers| (numbers.next_u64(), numbers.next_u64()));
            (u128::from(upper) << 64 | u128::from(lower)).to_ne_bytes()
        }

        fn span_id(&self) -> SpanId {
            // A number costs less than bytes of any length.
            SpanId::from_random(ask(Rng::next_u64).to_ne_bytes())
        }
    }

    fn ask<R>(mut ask: impl FnMut(&mut StdRng) -> R) -> R {
        let asked = GENERATOR.try_with(|generator| ask(generator.borrow_mut().up_to_date()));
        asked.unwrap_or_else(|_| ask(&mut Generator::seeded().numbers))
    }

    impl Generator {
        fn seeded() -> Self {
            let numbers = StdRng::try_from_rng(&mut SysRng);
            Self {
                tracers: TRACERS.load(Ordering::Relaxed),
                numbers: numbers.expect("the operating system gives random bytes"),
            }
        }

        fn up_to_date(&mut self) -> &mut StdRng {
            if self.tracers != TRACERS.load(Ordering::Relaxed) {
                *self = Self::seeded();
            }
            &mut self.numbers
        }
    }

    #[cfg(test)]
    mod tests {
        use std::collections::HashSet;

        use super::*;
        use crate::{Options, Tracer};

        #[test]
        fn both_halves_of_a_trace_id_and_a_span_id_are_random() {
            const IDS: usize = 64;
            let mut halves = HashSet::new();
            let mut bits_of_span_ids = 0;
            for _ in 0..IDS {
                let trace_id = SystemEntropy.trace_id().to_bytes();
                halves.extend(trace_id.chunks(8).map(<[u8]>::to_vec));
                let span_id = SystemEntropy.span_id().to_bytes();
                bits_of_span_ids |= u64::from_be_bytes(span_id);
                halves.insert(span_id.to_vec());
            }
            assert_eq!(halves.len(), 3 * IDS);
            assert_eq!(bits_of_span_ids, u64::MAX);
        }

        #[test]
        fn a_new_tracer_has_the_generator_seeded_anew() {
            // As a fork leaves it: others have the same one.
            let known = || StdRng::seed_from_u64(7);
            GENERATOR.set(Generator {
                tracers: TRACERS.load(Ordering::Relaxed),
                numbers: known(),
            });
            let tracer = Tracer::new(Options::new()).expect("the options are good");
            let of_others = known().next_u64().to_ne_bytes();
            assert_ne!(tracer.entropy().span_id().to_bytes(), of_others);
        }
    }
}
