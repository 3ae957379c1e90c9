//! The fuzz target of propagation targets, without a fuzzer.

#[path = "../../fuzz/src/inputs.rs"]
#[allow(unreachable_pub)]
mod inputs;
#[path = "../../fuzz/src/match_targets.rs"]
#[allow(unreachable_pub)]
mod match_targets;

use std::path::Path;

use match_targets::check;

#[test]
fn the_corpus_passes_and_so_do_changed_inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/match_targets");
    let corpus = inputs::corpus(&folder);
    assert!(corpus.len() >= 14, "{} inputs", corpus.len());
    let changed = inputs::changed(&corpus, 300);
    for input in corpus.iter().cloned().chain(changed) {
        check(&input);
    }
}
