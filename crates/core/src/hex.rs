//! Lower-case hexadecimal digits of a fixed length.
//!
//! Written without branches, so that compilers can work on many digits at once.

/// Whether all bytes are digits; upper case is none.
#[inline]
pub(crate) fn are_digits<const M: usize>(text: &[u8; M]) -> bool {
    let is_digit = |byte: u8| (byte.wrapping_sub(b'0') < 10) | (byte.wrapping_sub(b'a') < 6);
    text.iter().fold(true, |all, &byte| all & is_digit(byte))
}

/// The bytes that `M` digits stand for, two digits each; any bytes for what are no digits.
#[inline]
pub(crate) fn decode<const M: usize, const N: usize>(digits: &[u8; M]) -> [u8; N] {
    const { assert!(M == 2 * N) };
    let nibble = |digit: u8| (digit & 0xf) + 9 * (digit >> 6);
    core::array::from_fn(|at| nibble(digits[2 * at]) << 4 | nibble(digits[2 * at + 1]))
}

/// Reads two digits.
pub(crate) fn decode_byte(text: &[u8]) -> Option<u8> {
    let digits: &[u8; 2] = text.try_into().ok()?;
    let [byte] = decode(digits);
    are_digits(digits).then_some(byte)
}

/// The digits of eight bytes.
#[inline]
pub(crate) const fn encode(bytes: [u8; 8]) -> [u8; 16] {
    let number = u64::from_be_bytes(bytes);
    let (first, last) = (digits_of(number >> 32), digits_of(number & 0xffff_ffff));
    ((first as u128) << 64 | last as u128).to_be_bytes()
}

/// The eight digits of a number of 32 bits, the first digit in the highest byte.
const fn digits_of(number: u64) -> u64 {
    let pairs = (number | number << 16) & 0x0000_ffff_0000_ffff;
    let bytes = (pairs | pairs << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (bytes | bytes << 4) & all(0xf);
    let is_letter = ((nibbles + all(6)) >> 4) & all(1);
    nibbles + all(b'0') + is_letter * (b'a' - b'0' - 10) as u64
}

/// A word of eight times the same byte.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Digits as text.
pub(crate) fn as_str(digits: &[u8]) -> &str {
    core::str::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{are_digits, decode, decode_byte, encode};

    #[test]
    fn every_byte_in_every_place_is_a_digit_or_refused() {
        for place in 0..16 {
            for byte in 0..=u8::MAX {
                let mut text = *b"0123456789abcdef";
                text[place] = byte;
                let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                assert_eq!(are_digits(&text), is_digit, "{text:?}");
                if is_digit {
                    let text_of = core::str::from_utf8(&text).expect("ASCII");
                    let number = u64::from_str_radix(text_of, 16).expect("digits");
                    assert_eq!(u64::from_be_bytes(decode(&text)), number);
                    assert_eq!(encode(number.to_be_bytes()), text);
                }
            }
        }
    }

    #[test]
    fn two_digits_are_a_byte() {
        assert_eq!(decode_byte(b"a7"), Some(0xa7));
        assert_eq!(decode_byte(b"0"), None);
        assert_eq!(decode_byte(b"0F"), None);
        assert_eq!(decode_byte(b"000"), None);
    }
}
