//! The members of a request as one text.

use alloc::vec::Vec;

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
    org_id: Option<Member<'a>>,
    trace_id: Option<Member<'a>>,
    sample_rand: Option<Member<'a>>,
    sample_rate: Option<Member<'a>>,
}

impl<'a> MemberText<'a> {
    /// Reads all lines, in order, as if joined by commas.
    ///
    /// Nothing fails: a member that is not usable is dropped, and what is over a limit is ignored.
    #[must_use]
    pub fn read(lines: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut members = Self::default();
        let mut places = Places::default();
        for line in within_limit(lines) {
            each_member(line, |member| {
                if members.text.is_empty() {
                    members.text.reserve(line.len());
                }
                if places.put(&member, &mut members.text) {
                    members.note(member);
                }
            });
        }
        members
    }

    /// Remembers a member that is asked for later.
    #[inline]
    fn note(&mut self, member: Member<'a>) {
        let asked = [
            ("trace_id", &mut self.trace_id),
            ("org_id", &mut self.org_id),
            ("sample_rand", &mut self.sample_rand),
            ("sample_rate", &mut self.sample_rate),
        ];
        for (name, place) in asked {
            if member.is_named(name) {
                *place = Some(member);
            }
        }
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

/// Where the members begin in the text, each name once.
struct Places {
    /// The text is at most [`MAX_BYTES`](super::MAX_BYTES) long.
    starts: [u16; MAX_MEMBERS],
    len: usize,
    /// The marks of all names: a name whose mark is missing is new.
    marks: u64,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            starts: [0; MAX_MEMBERS],
            len: 0,
            marks: 0,
        }
    }
}

impl Places {
    /// Puts a member into the text, in the place of one with the same name or behind all others; says whether there
    /// was a place.
    #[inline]
    fn put(&mut self, member: &Member<'_>, text: &mut Vec<u8>) -> bool {
        let mark = member.mark();
        if self.marks & mark != 0 && self.replace(member, text) {
            return true;
        }
        let Some(start) = self.starts.get_mut(self.len) else {
            return false;
        };
        if !text.is_empty() {
            text.push(b',');
        }
        *start = text.len() as u16;
        self.len += 1;
        self.marks |= mark;
        member.write(text);
        true
    }

    /// Puts a member into the place of one with the same name, if there is one.
    #[cold]
    fn replace(&mut self, member: &Member<'_>, text: &mut Vec<u8>) -> bool {
        let Some(known) = self.find(member, text) else {
            return false;
        };
        let start = usize::from(self.starts[known]);
        let next = self.starts[..self.len].get(known + 1);
        let end = next.map_or(text.len(), |next| usize::from(*next) - 1);
        let after = text.split_off(end);
        text.truncate(start);
        member.write(text);
        let new_end = text.len();
        text.extend_from_slice(&after);
        for later in &mut self.starts[known + 1..self.len] {
            *later = (usize::from(*later) - end + new_end) as u16;
        }
        true
    }

    fn find(&self, member: &Member<'_>, text: &[u8]) -> Option<usize> {
        self.starts[..self.len].iter().position(|start| {
            let known = text.get(usize::from(*start)..);
            let after_key = known.and_then(|known| known.strip_prefix(member.key()));
            after_key.is_some_and(|rest| rest.starts_with(b"="))
        })
    }
}
