//! Reading lines of baggage, member by member (rule R2).

use core::ops::Range;

use super::member::{Member, SENTRY_PREFIX};
use super::names::mark_of;
use crate::scan::Stops;
use crate::text::{trim, trim_start};

/// Whether a piece between commas is a sentry member, usable or not (rule R8).
pub(crate) fn is_sentry(piece: &[u8]) -> bool {
    trim(piece).starts_with(SENTRY_PREFIX.as_bytes())
}

/// What takes the members of a line.
pub(super) trait Take<'a> {
    /// A member without white space, bytes beyond ASCII and broken escapes, and the mark of its name; says whether it
    /// was taken, which it is when no other name had that mark.
    fn take_plain(&mut self, member: Member<'a>, mark: u64) -> bool;

    /// A piece between commas that was not taken so stands there in the line.
    fn pass(&mut self, piece: Range<usize>);

    /// The member of such a piece.
    fn take_other(&mut self, member: Member<'a>);
}

/// Shows the usable sentry members of a line within the limit, in order, duplicates too.
#[inline]
pub(super) fn each_member<'a>(line: &'a [u8], members: &mut impl Take<'a>) {
    let mut stops = Stops::new(line);
    let mut start = 0;
    while start <= line.len() {
        let mut end = stops.next();
        let plain = plain_member(line, start, &mut end, &mut stops);
        let is_taken = plain.is_some_and(|(member, mark)| members.take_plain(member, mark));
        if !is_taken {
            // White space between a comma and a member is passed alone, so that the member may be a plain one.
            let is_blank = end == start && matches!(line.get(end), Some(b' ' | b'\t'));
            while !is_blank && !is_end(line, end) {
                end = stops.next();
            }
            members.pass(start..end);
            let piece = &line[start..end];
            if trim_start(piece).starts_with(SENTRY_PREFIX.as_bytes()) {
                if let Some(member) = Member::parse(piece) {
                    members.take_other(member);
                }
            }
        }
        start = end + 1;
    }
}

/// The member that begins at `start`, when it is a plain one, and the mark of its name. `end` is the first stop behind
/// the start, and moves to the last one that was looked at.
#[inline(always)]
fn plain_member<'a>(
    line: &'a [u8],
    start: usize,
    end: &mut usize,
    stops: &mut Stops<'_>,
) -> Option<(Member<'a>, u64)> {
    if line.get(*end) != Some(&b'=') {
        return None;
    }
    let key = line.get(start..*end).filter(|key| is_sentry_key(key))?;
    *end = stops.next();
    while is_ascii_escape(line, *end) {
        *end = stops.next();
    }
    if !is_end(line, *end) {
        return None;
    }
    let member = Member::plain(line.get(start..*end)?, key.len())?;
    Some((member, mark_of(key)))
}

/// Whether a key begins with the prefix, and a name follows.
#[inline(always)]
fn is_sentry_key(key: &[u8]) -> bool {
    const PREFIX: u64 = u64::from_le_bytes(*b"sentry-\0");
    // The first byte of the name is moved out.
    let start = key
        .first_chunk()
        .map(|chunk| u64::from_le_bytes(*chunk) << 8);
    start == Some(PREFIX << 8)
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
