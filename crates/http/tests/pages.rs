//! The fuzz target of pages, without a fuzzer.

#[path = "../../../fuzz/src/inject_meta.rs"]
#[allow(unreachable_pub)]
mod inject_meta;
#[path = "../../../fuzz/src/inputs.rs"]
#[allow(unreachable_pub)]
mod inputs;

use std::path::Path;

use inject_meta::check;

#[test]
fn the_corpus_passes_and_so_do_changed_inputs() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/inject_meta");
    let corpus = inputs::corpus(&folder);
    assert!(corpus.len() >= 10, "{} inputs", corpus.len());
    corpus.iter().for_each(|input| check(input));
    for mut input in inputs::changed(&corpus, 300) {
        // What is open at the end may become a tag.
        input.push(b'<');
        check(&input);
    }
}
