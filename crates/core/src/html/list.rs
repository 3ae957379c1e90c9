//! Lists in header values.

/// The members of a comma-separated list, white space around them removed. A comma inside a quoted string separates
/// nothing; a quote that is never closed quotes nothing.
pub(super) fn members(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    core::iter::from_fn(move || {
        let value = rest?;
        let end = member_len(value);
        rest = value.get(end + 1..);
        Some(value[..end].trim_ascii())
    })
}

fn member_len(value: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = value.get(at) {
        match byte {
            b',' => return at,
            b'"' => at += quoted_len(&value[at..]).unwrap_or(1),
            _ => at += 1,
        }
    }
    value.len()
}

/// The length of the quoted string that `value` starts with, both quotes counted; `None` where it is not closed.
fn quoted_len(value: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match value.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_inside_quotes_separate_nothing() {
        let cases: [(&[u8], &[&[u8]]); 7] = [
            (b"", &[b""]),
            (b"a , b", &[b"a", b"b"]),
            (b"a,,b,", &[b"a", b"", b"b", b""]),
            (b"a=\"1,2\",b", &[b"a=\"1,2\"", b"b"]),
            (b"a=\"1\\\",2\",b", &[b"a=\"1\\\",2\"", b"b"]),
            (b"a=\"1,b", &[b"a=\"1", b"b"]),
            (b"a=\"1,b\\", &[b"a=\"1", b"b\\"]),
        ];
        for (value, expected) in cases {
            assert!(members(value).eq(expected.iter().copied()), "{value:?}");
        }
    }
}
