//! Writing the members of a header one after the other, within the limit (rule R8).

use crate::baggage::MAX_BYTES;
use crate::buffer::Buffer;

/// Joins members with commas and leaves out what would pass the limit; later ones are still tried.
pub(crate) struct MemberWriter<'b, B> {
    out: &'b mut B,
    written: usize,
}

impl<'b, B: Buffer> MemberWriter<'b, B> {
    pub(crate) const fn new(out: &'b mut B) -> Self {
        Self { out, written: 0 }
    }

    /// A piece that is never left out: somebody else's member.
    pub(crate) fn foreign(&mut self, piece: &[u8]) {
        self.separate();
        self.push(piece);
    }

    /// One of ours as it stands in a context's text, prefix included, unless it would pass the limit.
    pub(crate) fn whole(&mut self, member: &[u8]) {
        let comma = usize::from(self.written > 0);
        if self.written + comma + member.len() <= MAX_BYTES {
            self.separate();
            self.push(member);
        }
    }

    /// Bytes written so far.
    pub(crate) const fn written(&self) -> usize {
        self.written
    }

    fn separate(&mut self) {
        if self.written > 0 {
            self.push(b",");
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.out.push(bytes);
        self.written += bytes.len();
    }
}
