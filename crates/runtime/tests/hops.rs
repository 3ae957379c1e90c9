//! The fuzz target of continued traces, without a fuzzer.

#[path = "../../../fuzz/src/continue_trace.rs"]
#[allow(unreachable_pub)]
mod continue_trace;
#[path = "../../../fuzz/src/inputs.rs"]
#[allow(unreachable_pub)]
mod inputs;
#[path = "../../../fuzz/src/naive.rs"]
#[allow(unreachable_pub, dead_code)]
mod naive;
#[path = "../../../fuzz/src/numbers.rs"]
#[allow(unreachable_pub)]
mod numbers;

use std::path::Path;

use continue_trace::check;

#[test]
fn the_corpus_passes_and_so_do_changed_inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/continue_trace");
    let corpus = inputs::corpus(&folder);
    assert!(corpus.len() >= 17, "{} inputs", corpus.len());
    corpus.iter().for_each(|input| check(input));
    for input in inputs::changed(&corpus, 300) {
        check(&input);
        let Some((choice, head)) = input.split_first() else {
            continue;
        };
        // All ways to decide see each head.
        for sampling in 0..8 {
            let choice = choice & !0x38 | sampling << 3;
            check(&[&[choice], head].concat());
        }
    }
}
