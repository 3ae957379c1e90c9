//! How much of all lines is read (rule R2).

/// Bytes that are read of all lines together, and written into one (rules R2 and R8).
pub const MAX_BYTES: usize = 8192;

/// Distinct sentry names that are kept (rule R2).
pub const MAX_MEMBERS: usize = 64;

/// Bytes of a line in which no limit can matter: there is no room for more names than are kept, each with the prefix, a
/// letter, `=`, a value of one byte and a comma.
pub(crate) const MAX_UNREAD_BYTES: usize = MAX_MEMBERS * "sentry-a=1,".len();

/// What can be read of all lines together: the member that the limit cuts, and what is behind it, are left out.
#[inline]
pub(super) fn within_limit<'a>(
    lines: impl IntoIterator<Item = &'a [u8]>,
) -> impl Iterator<Item = &'a [u8]> {
    lines.into_iter().scan(Some(MAX_BYTES), |budget, line| {
        let whole = whole_pieces(line, (*budget)?);
        // The comma that would join the next line counts.
        *budget = budget.and_then(|left| left.checked_sub(line.len() + 1));
        Some(whole)
    })
}

/// What of a line can be read within the limit: the member that it cuts is left out whole.
fn whole_pieces(line: &[u8], budget: usize) -> &[u8] {
    let Some(readable) = line.get(..=budget) else {
        return line;
    };
    let last_comma = readable.iter().rposition(|&byte| byte == b',');
    &line[..last_comma.unwrap_or(0)]
}
