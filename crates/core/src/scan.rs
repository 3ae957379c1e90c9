//! The places in a text that reading baggage has to look at, found for 64 bytes at once.

/// Bytes that are looked at together: as many as a word has bits.
const BLOCK: usize = 64;

/// Goes through a text from stop to stop; between them are only bytes that mean nothing in a member.
pub(crate) struct Stops<'a> {
    text: &'a [u8],
    /// Where the current block begins.
    block: usize,
    /// Its stops that are ahead, one bit each, the first one lowest.
    ahead: u64,
}

impl<'a> Stops<'a> {
    #[inline]
    pub(crate) fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            block: 0,
            ahead: stops_of(text, 0),
        }
    }

    /// The place of the next stop; the end of the text is one, and the last.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> usize {
        while self.ahead == 0 {
            self.block += BLOCK;
            self.ahead = stops_of(self.text, self.block);
        }
        let place = self.ahead.trailing_zeros() as usize;
        self.ahead &= self.ahead - 1;
        self.block + place
    }
}

/// The stops of the block that begins at `start`, one bit each. What is behind the end of the text is a stop too.
#[inline(never)]
fn stops_of(text: &[u8], start: usize) -> u64 {
    let rest = text.get(start..).unwrap_or_default();
    match rest.first_chunk() {
        Some(block) => stops_of_block(block),
        None => {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            stops_of_block(&block)
        }
    }
}

// Written so that compilers make vector instructions of it: no branches, and each step over all bytes.
#[inline(always)]
fn stops_of_block(block: &[u8; BLOCK]) -> u64 {
    let bits: [u8; BLOCK] = core::array::from_fn(|at| u8::from(is_stop(block[at])) << (at % 8));
    u64::from_le_bytes(core::array::from_fn(|group| {
        let mut sum: u8 = 0;
        for at in 0..8 {
            sum = sum.wrapping_add(bits[8 * group + at]);
        }
        sum
    }))
}

/// Comma, semicolon, `=`, `%`, white space, what is not ASCII, and some characters that are rare in baggage.
const fn is_stop(byte: u8) -> bool {
    // As signed numbers, bytes beyond ASCII come before all others, and moved like this `;` to `=` become the last ones.
    let moved = byte.wrapping_add(0x7f - b'=') as i8;
    ((byte as i8) < b'-' as i8) | (moved > 0x7c)
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::{BLOCK, Stops};

    fn stops(text: &[u8]) -> Vec<usize> {
        let mut stops = Stops::new(text);
        let ahead = std::iter::from_fn(|| Some(stops.next()));
        ahead.take_while(|&at| at < text.len()).collect()
    }

    #[test]
    fn every_byte_is_a_stop_or_none() {
        for byte in 0..=u8::MAX {
            let expected = matches!(byte, 0..b'-' | b';'..=b'=' | 0x80..);
            assert_eq!(!stops(&[byte]).is_empty(), expected, "{byte:#x}");
        }
    }

    #[test]
    fn stops_are_found_in_every_place() {
        for len in 0..=3 * BLOCK {
            let plain = std::vec![b'a'; len];
            assert!(stops(&plain).is_empty());
            for place in 0..len {
                let mut text = plain.clone();
                text[place] = b',';
                assert_eq!(stops(&text), [place]);
                text[0] = b'%';
                text[len - 1] = 0xff;
                let mut expected = [0, place, len - 1].to_vec();
                expected.dedup();
                assert_eq!(stops(&text), expected);
            }
        }
    }
}
