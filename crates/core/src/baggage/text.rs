//! The members of a request as one text.

use alloc::vec::Vec;
use core::ops::Range;

use super::collect::Collect;
use super::limits::within_limit;
use super::member::Member;
use super::names::{Names, mark_of};
use super::read::{Take, each_member};

/// The sentry members of all lines of a request as the text of a context, `sentry-a=1,sentry-b=2`: bytes and order as
/// they were received, each name once (rules R2 and R3).
///
/// For a service that passes a context on; [`SentryMembers`](super::SentryMembers) finds all members by their names.
///
/// ```
/// use sentry_trace_core::baggage::MemberText;
///
/// let lines = [&b"vendor=x, sentry-a = 1;property"[..], b"sentry-b=2,sentry-a=3"];
/// assert_eq!(MemberText::read(lines).into_bytes(), b"sentry-a=3,sentry-b=2");
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemberText<'a> {
    text: Vec<u8>,
    names: Names,
    asked: Asked<'a>,
}

impl<'a> MemberText<'a> {
    /// Reads all lines, in order, as if joined by commas.
    ///
    /// Nothing fails: a member that is not usable is dropped, and what is over a limit is ignored.
    #[must_use]
    pub fn read(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut members = Self::default();
        within_limit(lines).for_each(|line| members.read_line(line));
        members
    }

    fn read_line(&mut self, line: &'a [u8]) {
        if self.text.capacity() == 0 {
            self.text = Vec::with_capacity(line.len());
        }
        let mut runs = Runs {
            members: self,
            line,
            start: 0,
        };
        each_member(line, &mut runs);
        runs.copy_until(line.len() + 1);
    }

    /// Puts a member into the place of one with the same name, or behind all others if there is room.
    #[cold]
    fn put(&mut self, member: Member<'a>) {
        let mut text = [member.key(), b"="].concat();
        let known = self.find(&text);
        text.extend_from_slice(member.raw_bytes());
        if let Some(known) = known {
            self.text.splice(known, text);
        } else if self.names.add(mark_of(member.key())) {
            self.append(&text);
        } else {
            return;
        }
        self.asked.note(member, mark_of(member.key()));
    }

    /// Where the member stands whose text begins so.
    fn find(&self, start_of_text: &[u8]) -> Option<Range<usize>> {
        let mut start = 0;
        for known in self.text.split(|&byte| byte == b',') {
            if known.starts_with(start_of_text) {
                return Some(start..start + known.len());
            }
            start += known.len() + 1;
        }
        None
    }

    fn append(&mut self, members: &[u8]) {
        if !self.text.is_empty() {
            self.text.push(b',');
        }
        self.text.extend_from_slice(members);
    }

    /// The member `sample_rand`, whatever its value is.
    #[must_use]
    pub const fn sample_rand(&self) -> Option<Member<'a>> {
        self.asked.sample_rand
    }

    /// The member `sample_rate`, whatever its value is.
    #[must_use]
    pub const fn sample_rate(&self) -> Option<Member<'a>> {
        self.asked.sample_rate
    }

    /// The text, which is UTF-8.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.text
    }
}

impl<'a> Collect<'a> for MemberText<'a> {
    fn collect(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::read(lines)
    }

    fn org_id(&self) -> Option<Member<'a>> {
        self.asked.org_id
    }

    fn trace_id(&self) -> Option<Member<'a>> {
        self.asked.trace_id
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// The members that are asked for later.
#[derive(Clone, Debug, Default)]
struct Asked<'a> {
    org_id: Option<Member<'a>>,
    trace_id: Option<Member<'a>>,
    sample_rand: Option<Member<'a>>,
    sample_rate: Option<Member<'a>>,
}

const ORG_ID: u64 = mark_of(b"sentry-org_id");
const TRACE_ID: u64 = mark_of(b"sentry-trace_id");
const SAMPLE_RAND: u64 = mark_of(b"sentry-sample_rand");
const SAMPLE_RATE: u64 = mark_of(b"sentry-sample_rate");

impl<'a> Asked<'a> {
    /// Remembers a member that is asked for; `mark` is that of its name.
    #[inline(always)]
    fn note(&mut self, member: Member<'a>, mark: u64) {
        if mark & (ORG_ID | TRACE_ID | SAMPLE_RAND | SAMPLE_RATE) == 0 {
            return;
        }
        match mark {
            ORG_ID if member.is_named("org_id") => self.org_id = Some(member),
            TRACE_ID if member.is_named("trace_id") => self.trace_id = Some(member),
            SAMPLE_RAND if member.is_named("sample_rand") => self.sample_rand = Some(member),
            SAMPLE_RATE if member.is_named("sample_rate") => self.sample_rate = Some(member),
            _ => {}
        }
    }
}

/// Copies the members of a line, each run of those that stand side by side at once.
struct Runs<'m, 'a> {
    members: &'m mut MemberText<'a>,
    line: &'a [u8],
    /// Where the members begin that are to be copied.
    start: usize,
}

impl Runs<'_, '_> {
    /// Copies the members before the comma, or the end, that a place is behind.
    fn copy_until(&mut self, end: usize) {
        if let Some(run @ [_, ..]) = self.line.get(self.start..end - 1) {
            self.members.append(run);
        }
    }
}

impl<'a> Take<'a> for Runs<'_, 'a> {
    #[inline(always)]
    fn take_plain(&mut self, member: Member<'a>, mark: u64) -> bool {
        let is_new = self.members.names.add_marked(mark);
        if is_new {
            self.members.asked.note(member, mark);
        }
        is_new
    }

    #[inline]
    fn pass(&mut self, piece: Range<usize>) {
        if piece.start > self.start {
            self.copy_until(piece.start);
        }
        self.start = piece.end + 1;
    }

    #[cold]
    fn take_other(&mut self, member: Member<'a>) {
        self.members.put(member);
    }
}
