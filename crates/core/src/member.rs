//! Writing baggage members one after the other, within a limit (rule R8).

use crate::baggage::{MAX_BYTES, SENTRY_PREFIX};
use crate::buffer::Buffer;
use crate::percent;

/// Joins members with commas and leaves out what would pass the limit; later ones are still tried.
pub(crate) struct MemberWriter<'b, B> {
    out: &'b mut B,
    written: usize,
    limit: usize,
}

impl<'b, B: Buffer> MemberWriter<'b, B> {
    /// For the text of a context, which is limited only when it becomes a header.
    pub(crate) const fn unlimited(out: &'b mut B) -> Self {
        Self {
            out,
            written: 0,
            limit: usize::MAX,
        }
    }

    /// For a header of at most [`MAX_BYTES`].
    pub(crate) const fn header(out: &'b mut B) -> Self {
        Self {
            out,
            written: 0,
            limit: MAX_BYTES,
        }
    }

    /// A piece that is never left out: somebody else's member.
    pub(crate) fn foreign(&mut self, piece: &[u8]) {
        self.separate();
        self.push(piece);
    }

    /// One of ours as it stands in a context's text, prefix included, unless it would pass the limit.
    pub(crate) fn whole(&mut self, member: &[u8]) {
        if self.reserve(member.len()) {
            self.push(member);
        }
    }

    /// One of ours with a value that is encoded already.
    pub(crate) fn raw(&mut self, name: &str, value: &str) {
        self.key(name, value.len(), |members| members.push(value.as_bytes()));
    }

    /// One of ours with a value to encode; an empty one is left out.
    pub(crate) fn decoded(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.key(name, percent::encoded_len(value), |members| {
                percent::encode(value, |piece| members.push(piece));
            });
        }
    }

    /// One of ours, if there is a value.
    pub(crate) fn optional(&mut self, name: &str, value: Option<&str>) {
        self.decoded(name, value.unwrap_or_default());
    }

    /// Bytes written so far.
    pub(crate) const fn written(&self) -> usize {
        self.written
    }

    fn key(&mut self, name: &str, value_len: usize, write_value: impl FnOnce(&mut Self)) {
        if self.reserve(SENTRY_PREFIX.len() + name.len() + 1 + value_len) {
            self.push(SENTRY_PREFIX.as_bytes());
            self.push(name.as_bytes());
            self.push(b"=");
            write_value(self);
        }
    }

    fn reserve(&mut self, len: usize) -> bool {
        let comma = usize::from(self.written > 0);
        let fits = self.written + comma + len <= self.limit;
        if fits {
            self.separate();
        }
        fits
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
