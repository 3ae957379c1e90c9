#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| sentry_trace_fuzz::match_targets::check(input));
