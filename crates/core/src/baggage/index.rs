//! The members of a request by their names, without an allocator.

use core::fmt;
use core::ops::Range;

use super::collect::Collect;
use super::limits::{MAX_MEMBERS, within_limit};
use super::member::Member;
use super::names::{Names, mark_of};
use super::read::{Take, each_member};
use crate::buffer::Buffer;

/// The sentry members of all lines of a request, in order, each name once.
#[derive(Clone)]
pub struct SentryMembers<'a> {
    /// The first ones are there.
    members: [Option<Member<'a>>; MAX_MEMBERS],
    len: usize,
    names: Names,
}

impl<'a> SentryMembers<'a> {
    /// No members.
    pub const EMPTY: Self = Self {
        members: [None; MAX_MEMBERS],
        len: 0,
        names: Names::NONE,
    };

    /// Reads all lines, in order, as if joined by commas.
    ///
    /// Nothing fails: a member that is not usable is dropped, and what is over a limit is ignored.
    #[must_use]
    pub fn parse(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut members = Self::EMPTY;
        for line in within_limit(lines) {
            each_member(line, &mut members);
        }
        members
    }

    #[inline]
    fn push(&mut self, member: Member<'a>) {
        if let Some(free) = self.members.get_mut(self.len) {
            *free = Some(member);
            self.len += 1;
        }
    }

    /// Puts a member into the place of one with the same name, if there is one.
    fn replace(&mut self, member: Member<'a>) -> bool {
        let mut members = self.members[..self.len].iter_mut().flatten();
        let known = members.find(|known| known.key() == member.key());
        known.map(|known| *known = member).is_some()
    }

    /// The members in the order of their first appearance.
    pub fn iter(&self) -> impl Iterator<Item = Member<'a>> + '_ {
        self.members.iter().map_while(|member| *member)
    }

    /// Writes the text of a context with these members.
    pub fn write(&self, out: &mut impl Buffer) {
        for (at, member) in self.iter().enumerate() {
            if at > 0 {
                out.push(b",");
            }
            out.push(member.key());
            out.push(b"=");
            out.push(member.raw_bytes());
        }
    }

    /// How many there are, at most [`MAX_MEMBERS`].
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// The member with this name (without the prefix).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Member<'a>> {
        self.iter().find(|member| member.is_named(name))
    }

    /// Whether no member was usable.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<'a> Take<'a> for SentryMembers<'a> {
    #[inline(always)]
    fn take_plain(&mut self, member: Member<'a>, mark: u64) -> bool {
        let is_new = self.names.add_marked(mark);
        if is_new {
            self.push(member);
        }
        is_new
    }

    fn pass(&mut self, _piece: Range<usize>) {}

    #[cold]
    fn take_other(&mut self, member: Member<'a>) {
        if !self.replace(member) && self.names.add(mark_of(member.key())) {
            self.push(member);
        }
    }
}

impl<'a> Collect<'a> for SentryMembers<'a> {
    fn collect(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::parse(lines)
    }

    fn org_id(&self) -> Option<Member<'a>> {
        self.get("org_id")
    }

    fn trace_id(&self) -> Option<Member<'a>> {
        self.get("trace_id")
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl fmt::Debug for SentryMembers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
