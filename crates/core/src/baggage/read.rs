//! Reading lines of baggage, member by member (rule R2).

use super::member::{Member, SENTRY_PREFIX};
use crate::scan;
use crate::text::trim;

/// Bytes that are read of all lines together, and written into one (rules R2 and R8).
pub const MAX_BYTES: usize = 8192;

/// Distinct sentry names that are kept (rule R2).
pub const MAX_MEMBERS: usize = 64;

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

/// Whether a piece between commas is a sentry member, usable or not (rule R8).
pub(crate) fn is_sentry(piece: &[u8]) -> bool {
    trim(piece).starts_with(SENTRY_PREFIX.as_bytes())
}

/// What of a line can be read within the limit: the member that it cuts is left out whole.
fn whole_pieces(line: &[u8], budget: usize) -> &[u8] {
    let Some(readable) = line.get(..=budget) else {
        return line;
    };
    let last_comma = readable.iter().rposition(|&byte| byte == b',');
    &line[..last_comma.unwrap_or(0)]
}

/// Shows the usable sentry members of a line, in order, duplicates too.
#[inline]
pub(super) fn each_member<'a>(line: &'a [u8], mut found: impl FnMut(Member<'a>)) {
    let mut rest = line;
    loop {
        while let [b' ' | b'\t', after @ ..] = rest {
            rest = after;
        }
        if rest.starts_with(SENTRY_PREFIX.as_bytes()) {
            let (member, len) = member(rest);
            if let Some(member) = member {
                found(member);
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        let comma = match rest {
            [b',', ..] => 0,
            _ => scan::before(b',', rest),
        };
        match rest.get(comma + 1..) {
            Some(after) => rest = after,
            None => return,
        }
    }
}

/// The member that `text` begins with, if it is usable, and how long it is without its properties.
#[inline]
fn member(text: &[u8]) -> (Option<Member<'_>>, usize) {
    let unprefixed = text.get(SENTRY_PREFIX.len()..).unwrap_or_default();
    if let Some((sign, len)) = scan::plain_pair(unprefixed) {
        let len = SENTRY_PREFIX.len() + len;
        return (Member::plain(&text[..len], SENTRY_PREFIX.len() + sign), len);
    }
    let len = text.iter().position(is_end).unwrap_or(text.len());
    (Member::parse(&text[..len]), len)
}

fn is_end(byte: &u8) -> bool {
    matches!(byte, b',' | b';')
}
