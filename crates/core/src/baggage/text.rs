//! The members of a request as one text.

use alloc::vec::Vec;
use core::ops::Range;

use super::collect::Collect;
use super::member::Member;
use super::read::{MAX_MEMBERS, each_member, within_limit};

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
    len: usize,
    /// The marks of all names: a name whose mark is missing is new.
    marks: u64,
    org_id: Option<Member<'a>>,
    trace_id: Option<Member<'a>>,
    sample_rand: Option<Member<'a>>,
    sample_rate: Option<Member<'a>>,
}

/// The marks of the names that are asked for later.
const ASKED: u64 = Member::mark_of("sentry-org_id")
    | Member::mark_of("sentry-trace_id")
    | Member::mark_of("sentry-sample_rand")
    | Member::mark_of("sentry-sample_rate");

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
        // Members that stand side by side are copied together.
        let mut run = line.len()..line.len();
        each_member(line, |member, start| {
            let mark = member.mark();
            let is_new = self.marks & mark == 0 && self.len < MAX_MEMBERS;
            if !is_new || !member.is_compact() {
                self.append(&line[run.clone()]);
                run = line.len()..line.len();
                self.put(member);
                return;
            }
            self.len += 1;
            self.marks |= mark;
            if ASKED & mark != 0 {
                self.note(member);
            }
            if start != run.end + 1 {
                self.append(&line[run.clone()]);
                run.start = start;
            }
            run.end = start + member.len();
        });
        self.append(&line[run]);
    }

    fn append(&mut self, members: &[u8]) {
        if members.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(b',');
        }
        self.text.extend_from_slice(members);
    }

    /// Puts a member into the place of one with the same name, or behind all others if there is room.
    #[cold]
    fn put(&mut self, member: Member<'a>) {
        let mut text = Vec::with_capacity(member.len());
        member.write(&mut text);
        if let Some(known) = self.find(&text) {
            self.text.splice(known, text);
        } else if self.len < MAX_MEMBERS {
            self.len += 1;
            self.marks |= member.mark();
            self.append(&text);
        } else {
            return;
        }
        self.note(member);
    }

    fn find(&self, member: &[u8]) -> Option<Range<usize>> {
        let key_len = member.iter().position(|&byte| byte == b'=')? + 1;
        let mut start = 0;
        for known in self.text.split(|&byte| byte == b',') {
            let end = start + known.len();
            if known.starts_with(&member[..key_len]) {
                return Some(start..end);
            }
            start = end + 1;
        }
        None
    }

    /// Remembers a member that is asked for later.
    fn note(&mut self, member: Member<'a>) {
        let place = match member.name_bytes() {
            b"trace_id" => &mut self.trace_id,
            b"org_id" => &mut self.org_id,
            b"sample_rand" => &mut self.sample_rand,
            b"sample_rate" => &mut self.sample_rate,
            _ => return,
        };
        *place = Some(member);
    }

    /// The member `sample_rand`, whatever its value is.
    #[must_use]
    pub const fn sample_rand(&self) -> Option<Member<'a>> {
        self.sample_rand
    }

    /// The member `sample_rate`, whatever its value is.
    #[must_use]
    pub const fn sample_rate(&self) -> Option<Member<'a>> {
        self.sample_rate
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
        self.org_id
    }

    fn trace_id(&self) -> Option<Member<'a>> {
        self.trace_id
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}
