//! The members of a request by their names, without an allocator.

use core::fmt;

use super::collect::Collect;
use super::member::Member;
use super::read::{MAX_MEMBERS, each_member, within_limit};

/// The sentry members of all lines of a request, in order, each name once.
#[derive(Clone)]
pub struct SentryMembers<'a> {
    members: [Member<'a>; MAX_MEMBERS],
    len: usize,
}

impl<'a> SentryMembers<'a> {
    /// No members.
    pub const EMPTY: Self = Self {
        members: [Member::NONE; MAX_MEMBERS],
        len: 0,
    };

    /// Reads all lines, in order, as if joined by commas.
    ///
    /// Nothing fails: a member that is not usable is dropped, and what is over a limit is ignored.
    #[must_use]
    pub fn parse(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut members = Self::EMPTY;
        for line in within_limit(lines) {
            each_member(line, |member| members.insert(member));
        }
        members
    }

    #[inline]
    fn insert(&mut self, member: Member<'a>) {
        let mut known = self.members[..self.len].iter_mut();
        if let Some(known) = known.find(|known| known.has_key_of(&member)) {
            *known = member;
        } else if let Some(free) = self.members.get_mut(self.len) {
            *free = member;
            self.len += 1;
        }
    }

    /// The members in the order of their first appearance.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Member<'a>> + '_ {
        self.members[..self.len].iter().copied()
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
