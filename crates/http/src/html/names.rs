//! Names of headers that stand in the value of another one.

/// The names of a line, `baggage, sentry-trace` for example.
pub(super) fn names(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Whether it is this name, in any case.
pub(super) fn is(name: &[u8], known: &str) -> bool {
    name.eq_ignore_ascii_case(known.as_bytes())
}
