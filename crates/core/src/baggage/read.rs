//! Reading lines of baggage, member by member (rule R2).

use super::member::{Member, SENTRY_PREFIX};
use crate::scan::Stops;
use crate::text::{trim, trim_start};

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

/// Shows the usable sentry members of a line, in order, duplicates too, and where in the line each begins.
#[inline]
pub(super) fn each_member<'a>(line: &'a [u8], mut found: impl FnMut(Member<'a>, usize)) {
    let mut stops = Stops::new(line);
    let mut start = 0;
    while let Some(rest) = line.get(start..) {
        start = line.len() - trim_start(rest).len();
        let (member, end) = if line[start..].starts_with(SENTRY_PREFIX.as_bytes()) {
            sentry_member(line, start, &mut stops)
        } else {
            (None, end_of_piece(line, stops.next(), &mut stops))
        };
        if let Some(member) = member {
            found(member, start);
        }
        start = end + 1;
    }
}

/// The member that begins with the prefix at `start`, if it is usable, and where the piece between commas ends.
#[inline(always)]
fn sentry_member<'a>(
    line: &'a [u8],
    start: usize,
    stops: &mut Stops<'a>,
) -> (Option<Member<'a>>, usize) {
    let sign = stops.next();
    let mut stop = sign;
    if line.get(sign) == Some(&b'=') {
        stop = stops.next();
        while is_ascii_escape(line, stop) {
            stop = stops.next();
        }
        if matches!(line.get(stop), None | Some(b',')) {
            let sign = sign - start;
            return (Member::new(&line[start..stop], sign, sign + 1), stop);
        }
    }
    let end = end_of_piece(line, stop, stops);
    (Member::parse(&line[start..end]), end)
}

/// Whether an escape of an ASCII character begins there.
#[inline(always)]
fn is_ascii_escape(line: &[u8], at: usize) -> bool {
    line.get(at) == Some(&b'%')
        && matches!(line.get(at + 1..), Some([b'0'..=b'7', low, ..]) if low.is_ascii_hexdigit())
}

/// The first comma at or behind a stop, or the end of the line.
#[inline(always)]
fn end_of_piece(line: &[u8], mut stop: usize, stops: &mut Stops<'_>) -> usize {
    while !matches!(line.get(stop), None | Some(b',')) {
        stop = stops.next();
    }
    stop
}
