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
            names: self.names,
            members: self,
            line,
            run: NO_RUN,
        };
        each_member(line, &mut runs);
        runs.flush();
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
        self.asked.note(member);
    }

    /// Where the member stands whose text begins so.
    fn find(&self, start_of_text: &[u8]) -> Option<Range<usize>> {
        let mut end = 0;
        let mut known = self.text.split(|&byte| byte == b',').map(|known| {
            let start = end;
            end += known.len() + 1;
            (known, start)
        });
        let (known, start) = known.find(|(known, _)| known.starts_with(start_of_text))?;
        Some(start..start + known.len())
    }

    fn append(&mut self, members: &[u8]) {
        if !self.text.is_empty() {
            self.text.push(b',');
        }
        self.text.extend_from_slice(members);
    }

    /// The member `sample_rand`, whatever its value is.
    #[must_use]
    pub fn sample_rand(&self) -> Option<Member<'a>> {
        self.asked
            .sample_rand
            .filter(|member| member.is_named("sample_rand"))
    }

    /// The member `sample_rate`, whatever its value is.
    #[must_use]
    pub fn sample_rate(&self) -> Option<Member<'a>> {
        self.asked
            .sample_rate
            .filter(|member| member.is_named("sample_rate"))
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
        self.asked.org_id.filter(|member| member.is_named("org_id"))
    }

    fn trace_id(&self) -> Option<Member<'a>> {
        self.asked
            .trace_id
            .filter(|member| member.is_named("trace_id"))
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// The members that are asked for later, or others whose names have the same marks.
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
    /// Where a member with that mark is remembered.
    #[inline]
    const fn place(&mut self, mark: u64) -> Option<&mut Option<Member<'a>>> {
        match mark {
            ORG_ID => Some(&mut self.org_id),
            TRACE_ID => Some(&mut self.trace_id),
            SAMPLE_RAND => Some(&mut self.sample_rand),
            SAMPLE_RATE => Some(&mut self.sample_rate),
            _ => None,
        }
    }

    /// Remembers a member that is asked for, whatever stands in its place.
    fn note(&mut self, member: Member<'a>) {
        let place = match member.name_bytes() {
            b"org_id" => &mut self.org_id,
            b"trace_id" => &mut self.trace_id,
            b"sample_rand" => &mut self.sample_rand,
            b"sample_rate" => &mut self.sample_rate,
            _ => return,
        };
        *place = Some(member);
    }
}

/// Copies the members of a line, each run of those that stand side by side at once.
struct Runs<'m, 'a> {
    members: &'m mut MemberText<'a>,
    /// Those of the members, at hand while the line is read.
    names: Names,
    line: &'a [u8],
    /// Members that are to be copied.
    run: Range<usize>,
}

/// Stands behind the end of any line.
const NO_RUN: Range<usize> = usize::MAX - 1..usize::MAX - 1;

impl Runs<'_, '_> {
    /// Copies what is to be copied.
    fn flush(&mut self) {
        let run = core::mem::replace(&mut self.run, NO_RUN);
        if let Some(run) = self.line.get(run) {
            self.members.append(run);
        }
        self.members.names = self.names;
    }
}

impl<'a> Take<'a> for Runs<'_, 'a> {
    #[inline(always)]
    fn take_plain(&mut self, member: Member<'a>, start: usize) {
        let mark = mark_of(member.key());
        if !self.names.add_marked(mark) {
            return self.take_other(member);
        }
        if let Some(place) = self.members.asked.place(mark) {
            *place = Some(member);
        }
        if start != self.run.end + 1 {
            self.flush();
            self.run.start = start;
        }
        self.run.end = start + member.len();
    }

    #[inline]
    fn take_other(&mut self, member: Member<'a>) {
        self.flush();
        self.members.put(member);
        self.names = self.members.names;
    }
}
