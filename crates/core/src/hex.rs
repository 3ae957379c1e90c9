//! Lower-case hexadecimal digits of a fixed length, eight at a time.

/// Reads `2 * N` digits, or nothing when one of them is not a digit; upper case is refused. `N` is a multiple of four.
#[inline]
pub(crate) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    const { assert!(N % 4 == 0) };
    let mut bytes = [0; N];
    let mut valid = text.len() == 2 * N;
    for (bytes, digits) in bytes.chunks_exact_mut(4).zip(text.chunks_exact(8)) {
        let digits = digits.try_into().map_or(0, u64::from_be_bytes);
        let number = number_of(digits);
        valid &= digits_of(number) == digits;
        bytes.copy_from_slice(&number.to_be_bytes());
    }
    valid.then_some(bytes)
}

/// Reads two digits.
pub(crate) fn decode_byte(text: &[u8]) -> Option<u8> {
    let &[high, low] = text else { return None };
    let [.., byte] = decode::<4>(&[b'0', b'0', b'0', b'0', b'0', b'0', high, low])?;
    Some(byte)
}

/// Writes `bytes` as digits; `M` is twice `N`, which is a multiple of four.
#[inline]
pub(crate) fn encode<const N: usize, const M: usize>(bytes: [u8; N]) -> [u8; M] {
    const { assert!(N % 4 == 0 && M == 2 * N) };
    let mut text = [0; M];
    for (digits, bytes) in text.chunks_exact_mut(8).zip(bytes.chunks_exact(4)) {
        let number = bytes.try_into().map_or(0, u32::from_be_bytes);
        digits.copy_from_slice(&digits_of(number).to_be_bytes());
    }
    text
}

/// Digits as text.
pub(crate) fn as_str(digits: &[u8]) -> &str {
    core::str::from_utf8(digits).unwrap_or_default()
}

/// A word of eight times the same byte.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The number that eight digits stand for, the first digit in the highest byte; any number for what are no digits.
const fn number_of(digits: u64) -> u32 {
    let is_letter = (digits >> 6) & all(1);
    let nibbles = (digits & all(0xf)).wrapping_add(is_letter * 9) & all(0xf);
    let pairs = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let quads = (pairs | pairs >> 8) & 0x0000_ffff_0000_ffff;
    (quads | quads >> 16) as u32
}

/// The eight digits of a number, the first digit in the highest byte.
const fn digits_of(number: u32) -> u64 {
    let quads = number as u64;
    let pairs = (quads | quads << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (pairs | pairs << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (bytes | bytes << 4) & all(0xf);
    let is_letter = ((nibbles + all(6)) >> 4) & all(1);
    nibbles + all(b'0') + is_letter * (b'a' - b'0' - 10) as u64
}

#[cfg(test)]
mod tests {
    use super::{decode, decode_byte, encode};

    #[test]
    fn every_byte_in_every_place_is_a_digit_or_refused() {
        for place in 0..16 {
            for byte in 0..=u8::MAX {
                let mut text = *b"0123456789abcdef";
                text[place] = byte;
                let expected = core::str::from_utf8(&text)
                    .ok()
                    .filter(|_| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
                    .and_then(|text| u64::from_str_radix(text, 16).ok());
                assert_eq!(decode(&text).map(u64::from_be_bytes), expected, "{text:?}");
            }
        }
        assert_eq!(decode::<8>(b"0123456789abcde"), None);
        assert_eq!(decode::<8>(b"0123456789abcdef0"), None);
    }

    #[test]
    fn every_byte_has_its_two_digits() {
        for byte in 0..=u8::MAX {
            let text: [u8; 8] = encode([byte, 0, 0, byte]);
            assert_eq!(decode::<4>(&text), Some([byte, 0, 0, byte]));
            assert_eq!(decode_byte(&text[..2]), Some(byte));
            assert_eq!(text.to_ascii_lowercase(), text);
        }
        assert_eq!(decode_byte(b"0"), None);
        assert_eq!(decode_byte(b"0F"), None);
    }
}
