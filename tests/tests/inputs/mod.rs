//! The inputs of a fuzz target.

use std::path::Path;

/// How often each input is changed.
const TIMES: usize = 300;
/// A corpus that is not found whole would check next to nothing.
const FEWEST: usize = 10;

/// Shows all inputs of a target's corpus, and changes of each.
pub(crate) fn for_each_input(target: &str, check: impl Fn(&[u8])) {
    let corpus = corpus(target);
    assert!(corpus.len() >= FEWEST, "{} inputs", corpus.len());
    corpus.iter().for_each(|input| check(input));
    changed(&corpus, TIMES).for_each(|input| check(&input));
}

/// The files of a corpus, in the order of their names.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
    let files = std::fs::read_dir(folder.join(target)).expect("the corpus is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let inputs = paths
        .iter()
        .map(|path| std::fs::read(path).expect("a file"));
    inputs.collect()
}

/// Each input so many times, each time changed in up to four places by a piece of some input.
fn changed(inputs: &[Vec<u8>], times: usize) -> impl Iterator<Item = Vec<u8>> {
    let all = inputs.concat();
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    let each = (0..times).flat_map(move |_| inputs);
    each.map(move |input| {
        let mut changed = input.clone();
        for _ in 0..=random.below(4) {
            let at = random.below(changed.len());
            let from = random.below(all.len());
            let to = (from + random.below(12)).min(all.len());
            let end = (at + random.below(6)).min(changed.len());
            changed.splice(at..end, all[from..to].iter().copied());
        }
        changed
    })
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
