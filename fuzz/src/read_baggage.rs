//! Reading baggage: any lines are read as rule R2 says.

use sentry_trace_core::baggage::MemberText;

use super::naive::{Read, read, read_naively};

/// Checks the lines of an input, which newlines part.
///
/// # Panics
/// When one of the two ways to read them gives anything else than the naive reading.
pub fn check(input: &[u8]) {
    let lines: Vec<_> = input.split(|&byte| byte == b'\n').collect();
    check_lines(&lines);
}

/// Checks these lines.
///
/// # Panics
/// As [`check`].
pub fn check_lines<L: AsRef<[u8]>>(lines: &[L]) {
    let expected = read_naively(lines);
    assert_eq!(read(lines), expected);

    let text = MemberText::read(lines.iter().map(AsRef::as_ref));
    let asked = |name| {
        let member = expected.iter().find(|member| member.name == name);
        member.map(|member| &*member.raw)
    };
    let sample_rand = text.sample_rand().map(|member| member.raw_value());
    let sample_rate = text.sample_rate().map(|member| member.raw_value());
    assert_eq!(sample_rand, asked("sample_rand"));
    assert_eq!(sample_rate, asked("sample_rate"));
    let members = expected
        .iter()
        .map(|Read { name, raw, .. }| format!("sentry-{name}={raw}"));
    let members: Vec<_> = members.collect();
    assert_eq!(String::from_utf8(text.into_bytes()), Ok(members.join(",")));
}
