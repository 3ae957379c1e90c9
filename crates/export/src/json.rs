//! Writes JSON into a buffer, without a tree in between.

use std::fmt::Display;
use std::io::Write;

/// An object that is being written.
pub(crate) struct Object<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

/// A list that is being written.
pub(crate) struct List<'a> {
    out: &'a mut Vec<u8>,
    empty: bool,
}

/// Writes an object with the members that `write` adds.
pub(crate) fn object(out: &mut Vec<u8>, write: impl FnOnce(&mut Object<'_>)) {
    out.push(b'{');
    write(&mut Object {
        out: &mut *out,
        empty: true,
    });
    out.push(b'}');
}

impl Object<'_> {
    /// Where the value of this member goes.
    pub(crate) fn key(&mut self, key: &str) -> &mut Vec<u8> {
        separate(self.out, &mut self.empty);
        text(self.out, key);
        self.out.push(b':');
        self.out
    }

    pub(crate) fn text(&mut self, key: &str, value: &str) {
        text(self.key(key), value);
    }

    /// Left out where it is empty.
    pub(crate) fn text_unless_empty(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.text(key, value);
        }
    }

    /// An id, as a text of its digits.
    pub(crate) fn id(&mut self, key: &str, id: impl Display) {
        let out = self.key(key);
        out.push(b'"');
        display(out, id);
        out.push(b'"');
    }

    /// What prints as a JSON number.
    pub(crate) fn number(&mut self, key: &str, value: impl Display) {
        display(self.key(key), value);
    }

    pub(crate) fn bool(&mut self, key: &str, value: bool) {
        display(self.key(key), value);
    }

    /// What is JSON already.
    pub(crate) fn raw(&mut self, key: &str, json: &[u8]) {
        self.key(key).extend_from_slice(json);
    }

    pub(crate) fn object(&mut self, key: &str, write: impl FnOnce(&mut Object<'_>)) {
        object(self.key(key), write);
    }

    pub(crate) fn list(&mut self, key: &str, write: impl FnOnce(&mut List<'_>)) {
        let out = self.key(key);
        out.push(b'[');
        write(&mut List {
            out: &mut *out,
            empty: true,
        });
        out.push(b']');
    }
}

impl List<'_> {
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Object<'_>)) {
        separate(self.out, &mut self.empty);
        object(self.out, write);
    }
}

/// Writes a finite number in its shortest form, and as a text what JSON has no number for.
pub(crate) fn float(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        display(out, format_args!("{value:?}"));
    } else {
        text(out, &value.to_string());
    }
}

/// Writes a text with its quotes.
pub(crate) fn text(out: &mut Vec<u8>, value: &str) {
    let value = value.as_bytes();
    out.push(b'"');
    // Without an early exit: next to no text has anything to escape, and so each byte costs least.
    if value
        .iter()
        .fold(false, |any, &byte| any | needs_escape(byte))
    {
        escaped(out, value);
    } else {
        out.extend_from_slice(value);
    }
    out.push(b'"');
}

#[cold]
fn escaped(out: &mut Vec<u8>, mut rest: &[u8]) {
    while let Some(at) = rest.iter().position(|&byte| needs_escape(byte)) {
        out.extend_from_slice(&rest[..at]);
        escape(out, rest[at]);
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
}

fn separate(out: &mut Vec<u8>, empty: &mut bool) {
    if !*empty {
        out.push(b',');
    }
    *empty = false;
}

pub(crate) fn display(out: &mut Vec<u8>, value: impl Display) {
    // Writing into memory does not fail.
    _ = write!(out, "{value}");
}

const fn needs_escape(byte: u8) -> bool {
    /// Control characters, quotes and backslashes.
    const ESCAPED: [bool; 256] = {
        let mut escaped = [false; 256];
        let mut control = 0;
        while control < 0x20 {
            escaped[control] = true;
            control += 1;
        }
        escaped[b'"' as usize] = true;
        escaped[b'\\' as usize] = true;
        escaped
    };
    ESCAPED[byte as usize]
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    let short = match byte {
        b'"' => b'"',
        b'\\' => b'\\',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        _ => return display(out, format_args!("\\u{byte:04x}")),
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_reads_back() {
        let all: String = (0..0x250)
            .filter_map(char::from_u32)
            .chain(['\u{1f980}'])
            .collect();
        let mut out = Vec::new();
        text(&mut out, &all);
        assert_eq!(serde_json::from_slice::<String>(&out).expect("JSON"), all);
        assert!(!out.contains(&b'\n'));
    }

    #[test]
    fn floats_read_back_and_what_is_not_finite_is_a_text() {
        for value in [
            0.0,
            -0.0,
            1.0,
            0.1,
            1e300,
            -1e-300,
            f64::MAX,
            f64::MIN_POSITIVE,
        ] {
            let mut out = Vec::new();
            float(&mut out, value);
            assert_eq!(serde_json::from_slice::<f64>(&out).expect("JSON"), value);
        }
        for (value, expected) in [
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"inf\""),
            (f64::NEG_INFINITY, "\"-inf\""),
        ] {
            let mut out = Vec::new();
            float(&mut out, value);
            assert_eq!(out, expected.as_bytes());
        }
    }

    #[test]
    fn members_and_elements_are_separated() {
        let mut out = Vec::new();
        object(&mut out, |object| {
            object.text("a\"", "b");
            object.text_unless_empty("c", Some(""));
            object.list("d", |list| {
                list.object(|_| {});
                list.object(|object| object.bool("e", true));
            });
            object.number("f", 1);
        });
        assert_eq!(out, br#"{"a\"":"b","d":[{},{"e":true}],"f":1}"#);
    }
}
