//! Finding bytes in a text, eight at a time.
//!
//! A word holds eight bytes, the first one lowest. A byte of it is marked by its highest bit.

const LOW_BITS: u64 = all(0x01);
const HIGH_BITS: u64 = all(0x80);

/// How many bytes stand before the first one that is `needle`, which is ASCII.
#[inline(never)]
pub(crate) fn before(needle: u8, text: &[u8]) -> usize {
    unmarked(text, |word| equal(word, needle) & !word)
}

/// How many bytes of `key=value` stand before the sign and before the end, which is at a comma, a semicolon or the end
/// of the text.
///
/// `None` where a closer look is needed: at white space, bytes beyond ASCII, and escapes of anything but an ASCII
/// character.
#[inline(never)]
pub(crate) fn plain_pair(text: &[u8]) -> Option<(usize, usize)> {
    let sign = unmarked(text, |word| unusual(word) | equal(word, b'='));
    let [b'=', value @ ..] = text.get(sign..)? else {
        return None;
    };
    let mut rest = value;
    loop {
        rest = rest.get(unmarked(rest, unusual)..)?;
        match rest {
            [b'%', b'0'..=b'7', low, after @ ..] if low.is_ascii_hexdigit() => rest = after,
            [] | [b',' | b';', ..] => return Some((sign, text.len() - rest.len())),
            _ => return None,
        }
    }
}

/// Marks the lowest byte that is below `-`, a semicolon or beyond ASCII, and perhaps bytes above it.
const fn unusual(word: u64) -> u64 {
    // Each byte beyond ASCII keeps its highest bit in one of the two.
    word.wrapping_sub(all(b'-')) | equal(word, b';')
}

/// Marks the lowest byte that is `byte`, perhaps bytes above it and bytes beyond ASCII.
const fn equal(word: u64, byte: u8) -> u64 {
    (word ^ all(byte)).wrapping_sub(LOW_BITS)
}

/// How many bytes stand before the first one that `marks` marks; it may mark others above that one.
#[inline(always)]
fn unmarked(text: &[u8], marks: impl Fn(u64) -> u64) -> usize {
    let mut rest = text;
    while let Some((word, after)) = rest.split_first_chunk() {
        let found = marks(u64::from_le_bytes(*word)) & HIGH_BITS;
        if found != 0 {
            return text.len() - rest.len() + found.trailing_zeros() as usize / 8;
        }
        rest = after;
    }
    unmarked_at_end(text.len(), rest, marks)
}

/// The same for the last bytes of a text, less than eight.
#[inline(always)]
fn unmarked_at_end(text_len: usize, rest: &[u8], marks: impl Fn(u64) -> u64) -> usize {
    let is_marked = |byte: &u8| marks(u64::from(*byte)) & 0x80 != 0;
    let found = rest.iter().position(is_marked);
    text_len - found.map_or(0, |at| rest.len() - at)
}

/// A word of eight times the same byte.
pub(crate) const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::{before, plain_pair};

    #[test]
    fn finds_what_a_search_byte_by_byte_finds() {
        let texts: [&[u8]; 6] = [
            b"",
            b",",
            b"=,;",
            b"abcdefgh,i=",
            b"\x01,\x00-\xac\xbd=\xff,,,,,,",
            b"no such byte in this text at all",
        ];
        for text in texts {
            for start in 0..=text.len() {
                let text = &text[start..];
                let found = text.iter().position(|&byte| byte == b',');
                assert_eq!(before(b',', text), found.unwrap_or(text.len()), "{text:?}");
            }
        }
    }

    #[test]
    fn tells_every_byte_from_every_other() {
        for needle in 0..0x80 {
            for other in (0..=u8::MAX).filter(|&other| other != needle) {
                let mut text = [other; 8];
                assert_eq!(before(needle, &text), 8);
                text[5] = needle;
                assert_eq!(before(needle, &text), 5);
            }
        }
    }

    #[test]
    fn tells_plain_pairs_from_those_that_need_a_closer_look() {
        for (text, pair) in [
            (&b"a=1"[..], Some((1, 3))),
            (b"a=1,b=2", Some((1, 3))),
            (b"a=1;b=2", Some((1, 3))),
            (b"a_long_name=and-a-value.with=signs,", Some((11, 34))),
            (b"a=%41%2C,", Some((1, 8))),
            (b"=", Some((0, 1))),
            (b"a", None),
            (b"a,b=1", None),
            (b"a;b=1", None),
            (b"a =1", None),
            (b"a= 1", None),
            (b"a=1\t,", None),
            (b"a=%c3%bc", None),
            (b"a=%4,", None),
            (b"a=%", None),
            (b"a%41=1", None),
            (b"a=\xc3\xbc", None),
        ] {
            assert_eq!(plain_pair(text), pair, "{text:?}");
        }
    }

    #[test]
    fn every_byte_in_every_place_of_a_value_is_told_apart() {
        for place in 2..20 {
            for byte in 0..=u8::MAX {
                let mut text = *b"a=ghijklmnopqrstuvwx";
                text[place] = byte;
                let expected = match byte {
                    b',' | b';' => Some((1, place)),
                    0..b'-' | 0x80.. => None,
                    _ => Some((1, 20)),
                };
                assert_eq!(plain_pair(&text), expected, "{text:?}");
            }
        }
    }
}
