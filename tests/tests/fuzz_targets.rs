//! The fuzz targets without a fuzzer: their corpora, and the same inputs changed in ways that are the same each time.

#[path = "../../fuzz/src/lib.rs"]
#[allow(dead_code, unreachable_pub)]
mod fuzz;
mod inputs;

use inputs::for_each_input;

#[test]
fn baggage_is_read() {
    for_each_input("read_baggage", fuzz::read_baggage::check);
}

#[test]
fn targets_are_matched() {
    for_each_input("match_targets", fuzz::match_targets::check);
}

#[test]
fn traces_are_continued() {
    for_each_input("continue_trace", |input| {
        fuzz::continue_trace::check(input);
        let Some((choice, head)) = input.split_first() else {
            return;
        };
        // All ways to decide see each head.
        for sampling in 0..8 {
            let choice = choice & !0x38 | sampling << 3;
            fuzz::continue_trace::check(&[&[choice], head].concat());
        }
    });
}

#[test]
fn pages_get_their_tags() {
    for_each_input("inject_meta", |input| {
        fuzz::inject_meta::check(input);
        // What is open at the end may become a tag.
        fuzz::inject_meta::check(&[input, b"<"].concat());
    });
}
