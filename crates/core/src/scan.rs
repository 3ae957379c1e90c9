//! Finding bytes in a text, eight at a time.

const LOW_BITS: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; 8]);

/// The position of the first byte that is one of `needles`, which are ASCII.
#[inline]
pub(crate) fn position<const N: usize>(text: &[u8], needles: [u8; N]) -> Option<usize> {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk() {
        let found = matches(u64::from_le_bytes(*word), needles);
        if found != 0 {
            return Some(text.len() - rest.len() + found.trailing_zeros() as usize / 8);
        }
        rest = after;
    }
    let in_rest = rest.iter().position(|byte| needles.contains(byte))?;
    Some(text.len() - rest.len() + in_rest)
}

/// Sets the highest bit of the lowest byte that is one of `needles`, and perhaps of bytes above it; none when none is.
fn matches<const N: usize>(word: u64, needles: [u8; N]) -> u64 {
    let borrows = needles
        .iter()
        .map(|&needle| (word ^ all(needle)).wrapping_sub(LOW_BITS));
    borrows.fold(0, |found, borrow| found | borrow) & !word & HIGH_BITS
}

/// A word of eight times the same byte.
pub(crate) const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn finds_what_a_search_byte_by_byte_finds() {
        let texts: [&[u8]; 7] = [
            b"",
            b",",
            b"=,;",
            b"abcdefg,",
            b"abcdefgh,i=",
            b"\x01,\x00-\xac\xbd=\xff,,,,,,",
            b"no such byte in this text at all",
        ];
        for text in texts {
            for start in 0..=text.len() {
                let text = &text[start..];
                let one = text.iter().position(|&byte| byte == b',');
                assert_eq!(position(text, [b',']), one, "{text:?}");
                let two = text.iter().position(|byte| b"=;".contains(byte));
                assert_eq!(position(text, [b'=', b';']), two, "{text:?}");
            }
        }
    }

    #[test]
    fn tells_every_byte_from_every_other() {
        for needle in 0..0x80 {
            for other in (0..=u8::MAX).filter(|&other| other != needle) {
                let mut text = [other; 8];
                assert_eq!(position(&text, [needle]), None);
                text[5] = needle;
                assert_eq!(position(&text, [needle]), Some(5));
            }
        }
    }
}
