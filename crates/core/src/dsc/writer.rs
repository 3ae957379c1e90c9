//! Writing the text of a context, member by member.

use core::fmt::{self, Write};

use crate::baggage::SENTRY_PREFIX;
use crate::buffer::Buffer;
use crate::{number, percent};

/// Joins members with commas.
pub(super) struct Writer<'b, B> {
    out: &'b mut B,
    is_empty: bool,
}

impl<'b, B: Buffer> Writer<'b, B> {
    pub(super) const fn new(out: &'b mut B) -> Self {
        Self {
            out,
            is_empty: true,
        }
    }

    /// Behind other members.
    pub(super) const fn behind(out: &'b mut B) -> Self {
        Self {
            out,
            is_empty: false,
        }
    }

    /// A member as it stands in a context's text.
    pub(super) fn whole(&mut self, member: &[u8]) {
        self.separate();
        self.out.push(member);
    }

    /// A member with a value that needs no encoding.
    pub(super) fn plain(&mut self, name: &str, value: &[u8]) {
        self.key(name);
        self.out.push(value);
    }

    /// A member with a value to encode; an empty one is left out.
    pub(super) fn encoded(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.key(name);
            percent::encode(value, |piece| self.out.push(piece));
        }
    }

    /// A number in [0, 1]: the shortest decimal form that reads back as the same one, without an exponent.
    pub(super) fn number(&mut self, name: &str, value: f64) {
        self.key(name);
        match number::millionths(value) {
            Some(millionths) => {
                let decimals = number::six_decimals(millionths);
                let digits = decimals.trim_end_matches('0').trim_end_matches('.');
                self.out.push(digits.as_bytes());
            }
            None => {
                let written = write!(Pushed(self.out), "{value}");
                debug_assert!(written.is_ok());
            }
        }
    }

    fn key(&mut self, name: &str) {
        self.separate();
        self.out.push(SENTRY_PREFIX.as_bytes());
        self.out.push(name.as_bytes());
        self.out.push(b"=");
    }

    fn separate(&mut self) {
        if !self.is_empty {
            self.out.push(b",");
        }
        self.is_empty = false;
    }
}

struct Pushed<'b, B>(&'b mut B);

impl<B: Buffer> Write for Pushed<'_, B> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push(text.as_bytes());
        Ok(())
    }
}
