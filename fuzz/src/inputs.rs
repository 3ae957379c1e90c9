//! Running a fuzz target without a fuzzer: the inputs of its corpus, and the same changed in ways that are the same each
//! time.

use std::path::Path;

/// The files of a folder, in the order of their names.
///
/// # Panics
/// When one of them cannot be read.
pub fn corpus(folder: &Path) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder).expect("the corpus is there");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let inputs = paths
        .iter()
        .map(|path| std::fs::read(path).expect("a file"));
    inputs.collect()
}

/// Each input so many times, each time changed in up to four places by a piece of some input.
pub fn changed(inputs: &[Vec<u8>], times: usize) -> impl Iterator<Item = Vec<u8>> {
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
