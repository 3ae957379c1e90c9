//! The fuzz target of pages, without a fuzzer: its corpus, and the same inputs changed in ways that are the same each time.

#[path = "../../../fuzz/src/inject_meta.rs"]
#[allow(unreachable_pub)]
mod inject_meta;

use std::path::Path;

use inject_meta::check;

const ROUNDS: usize = 300;

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus/inject_meta");
    let files = std::fs::read_dir(folder).expect("the corpus is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).expect("a file"))
        .collect()
}

#[test]
fn the_corpus_passes() {
    let inputs = corpus();
    assert!(inputs.len() >= 10, "{} inputs", inputs.len());
    inputs.iter().for_each(|input| check(input));
}

#[test]
fn changed_inputs_pass() {
    let inputs = corpus();
    let all = inputs.concat();
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    for _ in 0..ROUNDS {
        for input in &inputs {
            let mut changed = input.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(changed.len());
                let from = random.below(all.len());
                let to = (from + random.below(12)).min(all.len());
                let end = (at + random.below(6)).min(changed.len());
                changed.splice(at..end, all[from..to].iter().copied());
                changed.push(b'<');
            }
            check(&changed);
        }
    }
}

struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap_or_default()
    }
}
