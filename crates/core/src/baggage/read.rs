//! Reading lines of baggage, member by member (rule R2).

use super::member::{Member, SENTRY_PREFIX};
use crate::scan::Stops;
use crate::text::{trim, trim_start};

/// Whether a piece between commas is a sentry member, usable or not (rule R8).
pub(crate) fn is_sentry(piece: &[u8]) -> bool {
    trim(piece).starts_with(SENTRY_PREFIX.as_bytes())
}

/// What takes the members of a line.
pub(super) trait Take<'a> {
    /// A member without white space, bytes beyond ASCII and broken escapes, which begins at `start` of the line.
    fn take_plain(&mut self, member: Member<'a>, start: usize);

    /// Any other member.
    fn take_other(&mut self, member: Member<'a>);
}

/// Shows the usable sentry members of a line within the limit, in order, duplicates too.
#[inline]
pub(super) fn each_member<'a>(line: &'a [u8], members: &mut impl Take<'a>) {
    let mut stops = Stops::new(line);
    let mut start = 0;
    while let Some(rest) = line.get(start..) {
        let mut end = stops.next();
        if line.get(end) == Some(&b'=') && rest.starts_with(SENTRY_PREFIX.as_bytes()) {
            let sign = end;
            end = stops.next();
            while is_ascii_escape(line, end) {
                end = stops.next();
            }
            if is_end(line, end) {
                if let Some(member) = Member::plain(&rest[..end - start], sign - start) {
                    members.take_plain(member, start);
                }
                start = end + 1;
                continue;
            }
        }
        while !is_end(line, end) {
            end = stops.next();
        }
        if trim_start(rest).starts_with(SENTRY_PREFIX.as_bytes()) {
            if let Some(member) = Member::parse(&line[start..end]) {
                members.take_other(member);
            }
        }
        start = end + 1;
    }
}

/// Whether a piece between commas ends there.
#[inline(always)]
fn is_end(line: &[u8], at: usize) -> bool {
    matches!(line.get(at), None | Some(b','))
}

/// Whether an escape of an ASCII character begins there.
#[inline(always)]
fn is_ascii_escape(line: &[u8], at: usize) -> bool {
    line.get(at) == Some(&b'%')
        && matches!(line.get(at + 1..), Some([b'0'..=b'7', low, ..]) if low.is_ascii_hexdigit())
}
