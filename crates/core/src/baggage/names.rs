//! Which names were met already.

/// Marks of at most 64 names, as many as are kept (rule R2).
///
/// Names with different marks are different. Those that SDKs send all have different marks, so that no name has to be
/// looked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names {
    marks: u64,
}

impl Names {
    pub(super) const NONE: Self = Self { marks: 0 };

    /// Adds a name if its mark says that it is new.
    #[inline]
    pub(super) const fn add_marked(&mut self, mark: u64) -> bool {
        let is_new = self.marks & mark == 0;
        self.marks |= mark;
        is_new
    }

    /// Adds a name that was looked for and is new, under any free mark where another name has its own; says whether
    /// there was room.
    pub(super) const fn add(&mut self, mark: u64) -> bool {
        let lowest_free = !self.marks & self.marks.wrapping_add(1);
        lowest_free != 0 && (self.add_marked(mark) || self.add_marked(lowest_free))
    }
}

/// One of 64 marks, by the length and the last bytes of a key that is longer than the prefix.
#[inline]
pub(super) const fn mark_of(key: &[u8]) -> u64 {
    /// The golden ratio, which spreads similar names.
    const FACTOR: u32 = 0x9e37_79b1;
    match key.last_chunk() {
        Some(tail) => {
            let spread = u32::from_le_bytes(*tail)
                .wrapping_sub(key.len() as u32)
                .wrapping_mul(FACTOR);
            1 << (spread >> 26)
        }
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::{Names, mark_of};

    #[test]
    fn names_that_sdks_send_have_different_marks() {
        let mut names = Names::NONE;
        for key in [
            "sentry-trace_id",
            "sentry-public_key",
            "sentry-sample_rate",
            "sentry-sampled",
            "sentry-sample_rand",
            "sentry-org_id",
            "sentry-environment",
            "sentry-release",
            "sentry-transaction",
            "sentry-replay_id",
            "sentry-user_id",
            "sentry-user_segment",
        ] {
            assert!(names.add_marked(mark_of(key.as_bytes())), "{key}");
        }
    }

    #[test]
    fn there_is_room_for_64_names_whatever_their_marks() {
        let mut names = Names::NONE;
        assert!((0..64).all(|_| names.add(1 << 7)));
        assert!(!names.add(1 << 8));
        assert!(!names.add_marked(1 << 9));
    }
}
