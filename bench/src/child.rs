//! Running one case: warm up, measure, check the result.

use std::time::Instant;

use crate::allocator;
use crate::cases::Case;

/// The function whose instructions callgrind counts, by its symbol.
pub(crate) const REGION: &str = "sentry_trace_bench_region";

/// Enough to fill caches, thread-locals and lazily grown buffers.
const WARM_UP: u32 = 200;
const SAMPLES: usize = 31;

/// Prints the allocations of all rounds, and the median time of one round in nanoseconds.
pub(crate) fn run(mut case: Box<dyn Case>, rounds: u32) {
    (0..WARM_UP).for_each(|_| case.run());
    case.check(WARM_UP);

    let before = allocator::count();
    sentry_trace_bench_region(&mut *case, rounds);
    let allocations = allocator::count() - before;
    case.check(rounds);

    // Under callgrind only the region counts, and time means nothing.
    let mut samples = [0; SAMPLES];
    let samples = if std::env::var_os(crate::callgrind::MARK).is_some() {
        &mut samples[..1]
    } else {
        &mut samples[..]
    };
    for sample in &mut *samples {
        let start = Instant::now();
        (0..rounds).for_each(|_| case.run());
        *sample = start.elapsed().as_nanos() / u128::from(rounds);
        case.check(rounds);
    }
    samples.sort_unstable();
    println!("{allocations} {}", samples[samples.len() / 2]);
}

// SAFETY: no other function of this program has that name.
#[unsafe(no_mangle)]
#[inline(never)]
fn sentry_trace_bench_region(case: &mut dyn Case, rounds: u32) {
    for _ in 0..rounds {
        case.run();
    }
}
