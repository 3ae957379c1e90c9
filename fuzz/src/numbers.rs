//! Numbers as JSON has them.

/// The number that a text is by RFC 8259, section 6, as long as it is no longer than what the library takes for one.
pub fn number(text: &str) -> Option<f64> {
    const MOST_BYTES: usize = 342;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (digits, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map(|it| it.strip_prefix(['+', '-']).unwrap_or(it));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let is_number = are_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(are_digits)
        && exponent.is_none_or(are_digits)
        && text.len() <= MOST_BYTES;
    let number = is_number.then(|| text.parse::<f64>().ok()).flatten();
    number.filter(|number| number.is_finite())
}
