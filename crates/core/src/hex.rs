//! Lower-case hexadecimal digits of a fixed length.

const INVALID: u8 = 0xff;

/// The value of each digit byte; everything else, upper case included, is [`INVALID`].
const VALUES: [u8; 256] = {
    let mut values = [INVALID; 256];
    let mut value = 0;
    while value < 16 {
        values[DIGITS[value] as usize] = value as u8;
        value += 1;
    }
    values
};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Reads `2 * N` digits, or nothing when one of them is not a digit.
pub(crate) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let mut seen = 0;
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let (high, low) = (VALUES[pair[0] as usize], VALUES[pair[1] as usize]);
        seen |= high | low;
        *byte = high << 4 | low;
    }
    (seen != INVALID && text.len() == 2 * N).then_some(bytes)
}

/// Writes `bytes` as digits; `M` is twice `N`.
pub(crate) fn encode<const N: usize, const M: usize>(bytes: [u8; N]) -> [u8; M] {
    const { assert!(M == 2 * N) };
    let mut text = [0; M];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 0xf)];
    }
    text
}

/// Digits as text.
pub(crate) fn as_str(digits: &[u8]) -> &str {
    core::str::from_utf8(digits).unwrap_or_default()
}
